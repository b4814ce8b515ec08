"""Service to clients: interactions and promises, requests and complaints, follow-ups, files."""
