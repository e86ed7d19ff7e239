"""What can be done with a value: one folder a task, one file an implementation."""
