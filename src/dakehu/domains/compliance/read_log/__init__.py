"""Who opened which client, and who took what out of the desk: for compliance, for as long as the firm keeps it."""
