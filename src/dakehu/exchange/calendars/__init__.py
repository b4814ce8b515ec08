"""External calendars: file import, published feeds, two-way CalDAV synchronisation, free hours booked by clients."""
