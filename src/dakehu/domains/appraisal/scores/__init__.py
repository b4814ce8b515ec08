"""Scores: from measures and weights to the score of a person, with every step of the calculation."""
