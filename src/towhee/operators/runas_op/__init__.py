"""Any function as an operator."""
