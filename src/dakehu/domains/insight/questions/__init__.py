"""Natural-language questions: typed text is converted to filters of the list of clients."""
