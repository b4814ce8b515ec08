"""Server-sent events to open pages, served by the same process as the pages."""
