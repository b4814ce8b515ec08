"""The REST door: every query and action by its name, and the usual resources, described from field facts.

The gates already read, check and mask; this door adds addresses, status codes and the description, and no second
set of schemas (decision 0016).
"""
