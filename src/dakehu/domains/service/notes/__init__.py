"""The shared note of a client: paragraphs that several people write at once."""
