"""Addresses of the audit trail."""

from django.urls import path

from dakehu.interfaces.web.views import audit

urlpatterns = [
    path("audit/", audit.trail, name="audit"),
    path("audit/export", audit.export, name="audit-export"),
    path("audit/verify", audit.verify, name="audit-verify"),
]
