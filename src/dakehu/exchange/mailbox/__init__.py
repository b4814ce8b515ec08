"""Mailboxes: read over IMAP, new mails are filed to clients, and every run reports the result for each message."""
