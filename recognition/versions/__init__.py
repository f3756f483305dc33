"""Versions of the network: registered, promoted, compared, carried to another Ark."""
