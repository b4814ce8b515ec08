"""Guards against churning: what in a person's book is reviewed before any bonus is shown."""
