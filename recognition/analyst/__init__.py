"""What is found out in the background, by one patient process that has all embeddings at hand."""
