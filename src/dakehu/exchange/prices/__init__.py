"""Price files on their way in: long (a row for each security and day) or wide (securities or days across)."""
