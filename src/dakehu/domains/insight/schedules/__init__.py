"""Scheduled reports: for each recipient a file of their own clients, generated at night and downloaded from the desk."""
