"""Every concept in NumPy, with its gradient written out."""
