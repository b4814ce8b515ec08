"""Hours of training (学时): what the rule asks of whom in which year, and what counts towards it."""
