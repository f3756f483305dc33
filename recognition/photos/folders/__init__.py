"""What folders and archives hold beside photos: tables, and the files of systems."""
