"""Sound in front of models: spectra, features, and the networks that take them."""
