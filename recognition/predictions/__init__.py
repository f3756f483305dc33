"""The queue of predictions in the database, and the networks that answer it."""
