"""The service catalogue: what the firm offers, each change a separate version."""
