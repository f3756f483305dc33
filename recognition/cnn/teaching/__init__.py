"""Teaching: a version's head learns from stored embeddings."""
