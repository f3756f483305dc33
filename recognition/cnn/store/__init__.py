"""Versions on disk: written, read, verified, exported."""
