"""Backups: taken while Ark runs, verified, and restored elsewhere."""
