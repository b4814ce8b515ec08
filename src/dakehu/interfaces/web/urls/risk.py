"""Addresses of risk: the overview of visible clients, the limits, stress, the reviews."""

from django.urls import path

from dakehu.interfaces.web.views import risk

urlpatterns = [
    path("risk/", risk.overview, name="risk"),
    path("risk/limits/", risk.limits, name="risk-limits"),
    path("risk/stress/", risk.stress, name="risk-stress"),
    path("risk/reviews/", risk.reviews, name="risk-reviews"),
]
