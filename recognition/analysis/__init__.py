"""What is found out in the background, with all embeddings in memory."""
