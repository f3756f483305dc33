"""Rows and files compared: what is missing, damaged or left over, and how much room there is."""
