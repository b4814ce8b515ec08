"""Addresses: the web door, and the API beside it."""

from django.urls import include, path

from dakehu.project import checks

checks.install()

urlpatterns = [
    path("api/v1/", include("dakehu.doors.api.urls")),
    path("", include("dakehu.doors.web.urls")),
]

handler400 = "dakehu.doors.web.views.faults.unreadable"
handler403 = "dakehu.doors.web.views.faults.forbidden"
handler404 = "dakehu.doors.web.views.faults.missing"
handler500 = "dakehu.doors.web.views.faults.broken"
