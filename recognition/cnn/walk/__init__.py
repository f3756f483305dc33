"""A photo's way through a network, stage by stage, with the numbers that were computed."""
