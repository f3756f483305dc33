"""What one connection may cost. All of it holds without a proxy in front."""

from webapp import env

MEGABYTE = 1024 * 1024

# A client has so long to send its headers. While it sends a body, or is sent an answer, it must
# move LEAST_BYTES_PER_S over each such time.
SLOW_CLIENT_S = env.integer("ARK_SLOW_CLIENT_S", 15, at_least=1)
LEAST_BYTES_PER_S = 1024
CONNECTIONS_PER_ADDRESS = env.integer("ARK_CONNECTIONS_PER_ADDRESS", 100, at_least=1)

MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100
MAX_PIPELINED = 8

# Larger bodies are read only if Django says that this client may send files to this address.
MAX_UNASKED_BYTES = MEGABYTE
MAX_IN_MEMORY_BYTES = MEGABYTE
MAX_IN_MEMORY_OF_ALL_BYTES = 16 * MEGABYTE

MAX_STREAMS = 8  # exports and the like, each in a thread of its own
MAX_STREAMS_PER_CLIENT = 2

# Who was refused and goes on sending is listened to for so long, or it would not see the answer.
LINGER_S = 2.0
MAX_LINGER_BYTES = 64 * MEGABYTE
