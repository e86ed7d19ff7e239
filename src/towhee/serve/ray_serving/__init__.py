"""Services on a Ray cluster, through Ray Serve."""
