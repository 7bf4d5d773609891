"""What endpoints answer: one module for each shape of reply."""
