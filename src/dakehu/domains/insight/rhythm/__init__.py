"""What another rhythm of contacts would ask for, and what the desk's own history associates with it."""
