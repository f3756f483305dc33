"""What more labels would bring: the learning curve."""
