"""When, with what and where photos were taken: read, kept, shown to whom it concerns."""
