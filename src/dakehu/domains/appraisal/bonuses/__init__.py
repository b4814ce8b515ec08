"""Bonuses as records: pools, awards, deferred tranches. No payroll."""
