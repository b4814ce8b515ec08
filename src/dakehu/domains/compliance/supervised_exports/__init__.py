"""Exports of many clients need a second person's approval: requested, approved, made with the scope at that moment."""
