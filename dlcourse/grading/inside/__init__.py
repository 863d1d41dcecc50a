"""What runs inside the sandbox: nothing here knows a right answer."""
