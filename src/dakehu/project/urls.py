"""Addresses: the web door, and the API beside it."""

from django.urls import include, path

urlpatterns = [
    path("", include("dakehu.doors.web.urls")),
]
