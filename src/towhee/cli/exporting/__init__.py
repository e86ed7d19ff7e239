"""Models of pipelines in the forms that other programs run."""
