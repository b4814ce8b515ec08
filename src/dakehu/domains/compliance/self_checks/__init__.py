"""The half-yearly self-check: what is counted of the period, findings and measures, the signature of a second person."""
