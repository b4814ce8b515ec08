"""Questions in words: what is typed becomes the filters of the list of clients."""
