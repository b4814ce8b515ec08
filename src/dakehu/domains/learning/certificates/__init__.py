"""Certificates (证书) of staff: each issue a row of its own, and the actions that nobody does without a valid one."""
