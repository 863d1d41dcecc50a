"""Every concept in PyTorch, with its gradient from autograd."""
