"""Calendars outside the desk: files are read, feeds are given out, CalDAV goes both ways, clients book free hours."""
