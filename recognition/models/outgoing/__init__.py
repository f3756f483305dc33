"""What goes out to others: to whom, and what happened."""
