"""Trials: randomised treatment and control groups, the power stated beforehand, the result after the end, a second person's decision."""
