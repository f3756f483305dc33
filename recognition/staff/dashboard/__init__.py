"""The admin's front page: what to do next, and how things stand."""
