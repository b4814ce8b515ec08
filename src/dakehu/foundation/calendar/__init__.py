"""The trading calendar."""
