"""Transforms and networks for time series."""
