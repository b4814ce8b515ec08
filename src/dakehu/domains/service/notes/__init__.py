"""The shared note of a client: paragraphs that several people can edit concurrently."""
