"""The page of what was asked for and takes longer than a request."""
