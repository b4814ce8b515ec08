"""Import of daily feeds."""
