"""Appraisal of staff: schemes of measures, periods, scores with their calculation, objections, bonuses and praise."""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC: tuple[str, ...] = ()
