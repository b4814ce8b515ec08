"""The service catalogue: what the firm offers, each change a version of its own."""
