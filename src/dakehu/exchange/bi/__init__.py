"""The SQL schema `bi` on PostgreSQL: documented views for BI programs, and one read-only login for a member of staff.

A view contains what the desk lists, in the reader's scope and masked to the reader's clearance; the reader is
identified by the login of the session, never by a value that a session can set (decision 0111).
"""
