"""Trainings and searches on a Ray cluster."""
