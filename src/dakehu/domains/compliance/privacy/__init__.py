"""Requests of clients about their personal information, restricted processing, retention and erasure."""
