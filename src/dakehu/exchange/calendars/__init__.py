"""External calendars: files are imported, feeds are published, CalDAV syncs in both directions, clients book free hours."""
