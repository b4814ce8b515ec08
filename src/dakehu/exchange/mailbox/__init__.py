"""Mailboxes: read over IMAP, what is new is filed to clients, and every run says what became of what it saw."""
