"""Suggestions (推荐答案): existing answers to a question while it is being typed."""
