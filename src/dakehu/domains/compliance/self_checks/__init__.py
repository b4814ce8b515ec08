"""The half-yearly self-check: counts of the period, findings and measures, the signature of a second person."""
