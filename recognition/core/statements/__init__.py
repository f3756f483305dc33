"""Statements that Django puts together once, for what each upload and each batch asks anew."""
