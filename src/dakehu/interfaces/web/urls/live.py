"""Addresses of live pages: the stream, and polling for pages without one."""

from django.urls import path

from dakehu.interfaces.web.views import live

urlpatterns = [
    path("live/<slug:page>/<int:subject>/stream", live.no_stream, name="live-stream"),
    path("live/<slug:page>/<int:subject>/changes", live.changes, name="live-changes"),
]
