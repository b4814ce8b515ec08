"""Settings of analyses: what an hour of service costs, and what of a scheduled report may leave by mail."""
