"""The admin's pages of training: launch, watch, compare, promote."""
