"""Periods of appraisal: opened, frozen, discussed, closed, and reopened by two people."""
