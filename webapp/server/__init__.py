"""The web server's front: the event loop takes requests in and sends answers out, so that a client
that is slow, silent or waiting holds a connection and never a thread; Django runs in threads.

Gunicorn starts and supervises the processes, uvicorn and httptools speak HTTP. Why, and what was
measured: docs/decisions/web-server.md.
"""
