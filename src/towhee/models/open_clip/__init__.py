"""Models of the open_clip library: their files, and their two towers."""
