"""Courses (课程) with lessons and a quiz: who takes them, why, until when, and what counts as completed."""
