"""Certificates (证书) of staff: each issue a separate row, and the actions that require a valid one."""
