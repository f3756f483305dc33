"""The page of what is stored, whether it is whole, and how much room there is."""
