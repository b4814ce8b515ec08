"""Distress in a text: signs as data and how they are found."""
