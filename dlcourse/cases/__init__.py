"""How to draw a case of each concept: mirrored, file for file, with `by_hand` and `in_torch`."""
