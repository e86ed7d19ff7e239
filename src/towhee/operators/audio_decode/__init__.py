"""Files of sound to samples."""
