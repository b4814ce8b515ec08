"""Tasks, the checklists they come from, and their dependencies."""
