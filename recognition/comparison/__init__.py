"""Two versions of the network on the same photos."""
