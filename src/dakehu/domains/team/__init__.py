"""Who we are and what we may do: staff, branches, teams, roles, tokens, personal views.

At the bottom of the house, because everything points to people.
"""
