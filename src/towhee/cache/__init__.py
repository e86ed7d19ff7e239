"""Results that were computed before, kept on the disk by what they were computed from."""
