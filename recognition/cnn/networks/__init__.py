"""The trunks of the catalogue. Each builder's docstring begins with who published the network."""
