"""Praise: any person praises any other, visible to the team; it is not counted."""
