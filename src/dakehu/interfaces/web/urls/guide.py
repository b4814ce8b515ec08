"""Addresses of the guide."""

from django.urls import path

from dakehu.interfaces.web.views import guide

urlpatterns = [
    path("guide/", guide.page, {"name": "start"}, name="guide-index"),
    path("guide/<slug:name>/", guide.page, name="guide"),
]
