"""Settings of analyses: the cost of a service hour, and what may be sent by mail for a scheduled report."""
