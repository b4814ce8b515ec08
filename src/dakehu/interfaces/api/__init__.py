"""The REST API: every query and action by its name, and standard resources, described from field facts.

The gates already read, check and mask; this interface adds addresses, status codes and the description, and no second
set of schemas (decision 0016).
"""
