"""One module for each kind of store; its client is imported there alone."""
