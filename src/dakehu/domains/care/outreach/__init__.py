"""Calls after a shock: a campaign of calls, the sheet of each call, its outcome, cases of distress, the report."""
