"""The check of words before a text leaves towards a client."""
