"""Campaigns: a segment, a text, an approval, a control group, and the results."""
