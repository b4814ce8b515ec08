"""Exports of many clients wait for a second person: asked for, approved once, made by the requester with the sight of that moment."""
