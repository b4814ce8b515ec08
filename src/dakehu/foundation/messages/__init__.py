"""Transports: how one message is handed to a mail server or a chat service, and what is known afterwards."""
