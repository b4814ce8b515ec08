"""Transports: hand a message to a mail server or a chat service, and report the outcome."""
