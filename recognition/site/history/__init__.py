"""History: what was uploaded, looked through, and many of it dealt with at once."""
