"""Files of video to frames."""
