"""Staff, branches, teams, roles, tokens and saved views.

The lowest domain, because every other one refers to people.
"""
