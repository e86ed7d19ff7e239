"""Where the scenes of a video begin and end."""
