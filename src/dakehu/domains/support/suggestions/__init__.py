"""Suggestions (推荐答案): what the desk knows already about a question that is being typed."""
