"""Guards against churning: books to be reviewed before any bonus is shown."""
