"""Learning paths (学习路径): courses in an order, assigned by role or by the lead, with their progress."""
