"""The half-yearly self-check of compliance: what is counted of the period, findings and measures, the signature of a second person."""
