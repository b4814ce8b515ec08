"""Import of price files: long (a row for each security and day) or wide (securities or days across)."""
