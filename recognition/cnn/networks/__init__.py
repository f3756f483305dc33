"""The backbones of the catalogue. Each builder's docstring begins with its source."""
