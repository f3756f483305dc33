"""What a photo can show: the tree of labels, and setting labels."""
