"""The image-embedding model that ships inside the package: one ONNX file and its JSON card."""
