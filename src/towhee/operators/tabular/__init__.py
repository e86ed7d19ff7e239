"""Learning from the columns of a table, with scikit-learn."""
