"""How good a version is, and how sure that is."""
