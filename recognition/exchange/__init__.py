"""Labelled photos come in from folders, and go out as files that other programs read."""
