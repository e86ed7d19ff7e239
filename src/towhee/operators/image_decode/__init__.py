"""Turn files, addresses and arrays into images."""
