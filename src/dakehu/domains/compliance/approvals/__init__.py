"""Approvals by a second person (四眼原则): one mechanism, whose kinds the domains declare."""
