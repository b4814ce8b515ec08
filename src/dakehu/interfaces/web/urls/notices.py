"""Addresses of notifications."""

from django.urls import path

from dakehu.interfaces.web.views import notices

urlpatterns = [
    path("notices/", notices.page, name="notices"),
    path("notices/read", notices.read, name="read-notices"),
]
