"""What a photo's file says of its making: read without trust, and taken out again."""
