"""The analyst: one low-priority background process, which alone has all embeddings in memory."""
