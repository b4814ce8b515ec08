"""Learning paths (学习路径): courses in an order, by role or by choice of the lead, with their progress."""
