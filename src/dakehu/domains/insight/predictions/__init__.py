"""Predictions of churn, reactivation and response, trained on the desk's own history; off until they beat the plain rule."""
