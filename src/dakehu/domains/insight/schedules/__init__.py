"""Scheduled reports: for each recipient a file of the own clients, made at night and fetched on the desk."""
