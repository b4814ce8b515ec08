"""Server-sent events to open pages, beside the pages themselves in the same process."""
