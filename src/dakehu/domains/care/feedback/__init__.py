"""Feedback: what clients say through any channel, who answers it and by when."""
