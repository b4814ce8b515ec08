"""Call-backs by a person other than the manager."""
