"""What endpoints take, and how it becomes an `Ask`: one module for each kind of request."""
