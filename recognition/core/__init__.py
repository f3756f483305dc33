"""What every part shares and nothing of the domain: Redis, processes, locks, counting, memory."""
