"""Feedback: what clients say by every channel, who answers it and by when."""
