"""The photos of a run, as batches of tensors."""
