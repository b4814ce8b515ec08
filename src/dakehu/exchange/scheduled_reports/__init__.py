"""Scheduled reports: rendered for each recipient at the moment of the run, and handed out on the desk."""
