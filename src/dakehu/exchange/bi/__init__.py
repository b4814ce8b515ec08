"""The SQL schema `bi` on PostgreSQL: documented views for BI programs, and one read-only login for a member of staff.

A view holds what the desk lists, in the reader's scope and masked to the reader's clearance; who reads is known by the
login of the session and by nothing that a session could set (decision 0111).
"""
