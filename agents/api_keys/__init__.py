"""Keys by which people and programs are let into the API: made, kept as hashes, judged (DESIGN 9; OPERATIONS 5.19)."""
