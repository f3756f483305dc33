"""The HTTP API: doors only."""
