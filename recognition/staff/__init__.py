"""The staff's own pages in the admin: no logic."""
