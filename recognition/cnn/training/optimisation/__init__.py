"""What training makes small, and how."""
