"""Training without labels, as the first step of a recipe that ends with labels."""
