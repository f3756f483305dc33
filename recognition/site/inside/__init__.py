"""Pages that look into a network while it looks at a photo."""
