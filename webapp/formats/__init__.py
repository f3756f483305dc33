"""How dates and times are written, where Django's way does not fit a sentence."""
