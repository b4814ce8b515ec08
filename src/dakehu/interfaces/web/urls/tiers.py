"""Addresses of the tier schemes."""

from django.urls import path

from dakehu.interfaces.web.views import tiers

urlpatterns = [
    path("tiers/", tiers.scheme_page, name="tiers"),
    path("tiers/<int:pk>/", tiers.scheme_page, name="tiers-scheme"),
    path("tiers/what-if/", tiers.what_if, name="tiers-what-if"),
]
