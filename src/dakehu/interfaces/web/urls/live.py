"""Addresses of live pages: the stream, and the questions of pages that get none."""

from django.urls import path

from dakehu.interfaces.web.views import live

urlpatterns = [
    path("live/<slug:page>/<int:subject>/stream", live.no_stream, name="live-stream"),
    path("live/<slug:page>/<int:subject>/changes", live.changes, name="live-changes"),
]
