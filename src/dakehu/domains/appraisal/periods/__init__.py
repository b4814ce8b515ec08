"""Periods of appraisal: opened, frozen, talked over, closed, and reopened by two people."""
