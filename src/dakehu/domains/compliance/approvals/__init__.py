"""Approvals by a second person (四眼原则): one mechanism; the domains declare the kinds."""
