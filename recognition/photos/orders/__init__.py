"""Lists of stored photos in other orders than `history`, which no index serves."""
