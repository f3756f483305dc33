"""Why a network gave its answer: where it looked, which classes spoke, and whether that is so."""
