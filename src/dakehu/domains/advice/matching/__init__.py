"""Matching (匹配): which products suit a client, ranked with the reason of every point. For advisers, never for clients."""
