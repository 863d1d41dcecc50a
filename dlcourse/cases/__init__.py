"""How to draw a case of each concept, and the rows of the table: file for file as `by_hand`."""
