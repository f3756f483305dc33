"""What a network saw in a photo: worked out when somebody asks, and kept as files."""
