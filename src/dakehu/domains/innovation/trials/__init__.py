"""Trials: a group and a control group by draw, the power said beforehand, the result after the end, the decision by a second person."""
