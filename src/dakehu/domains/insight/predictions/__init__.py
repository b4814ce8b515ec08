"""Predictions of leaving, of trading again and of answering, learned from the desk's own history; off until they beat the rule."""
