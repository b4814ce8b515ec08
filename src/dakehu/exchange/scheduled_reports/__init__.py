"""Scheduled reports: rendered for each recipient at the time of the run, and available on the desk."""
