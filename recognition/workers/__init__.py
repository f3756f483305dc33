"""What each background process does when it is woken."""
