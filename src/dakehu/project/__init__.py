"""Wiring only: settings, URLs, the server."""
