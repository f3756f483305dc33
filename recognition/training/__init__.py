"""From labelled photos to a new version of the network."""
