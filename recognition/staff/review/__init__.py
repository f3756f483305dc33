"""The pages on which people review: one file a page."""
