"""Bonuses as records: pools, awards, deferred tranches. The desk pays nothing."""
