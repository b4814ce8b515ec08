"""Call-backs by somebody other than the manager."""
