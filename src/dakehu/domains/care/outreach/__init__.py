"""Calls after a shock: a campaign of calls, the sheet of each call, what came of it, cases of distress, the report."""
