"""What a file is made of: bytes, encodings, and its rows, whatever the format."""
