"""Tasks of people, the checklists they come from, and who waits for whom."""
