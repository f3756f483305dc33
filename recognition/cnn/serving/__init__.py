"""A version at work: engines, and photos in, answers out."""
