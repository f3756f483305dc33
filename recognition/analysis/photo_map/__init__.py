"""The map of the photos: what the network finds alike stands close together."""
