"""Risk: limits, reminder lines of clients, margin lines, breaches and periodic strategy reviews (风险监控)."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = ("breaches.run", "reviews.schedule")
