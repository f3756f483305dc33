"""Pages that explain how such networks work, and what the words mean."""
