"""The page of the map of the photos."""
