"""Addresses of the checks of service records."""

from django.urls import path

from dakehu.interfaces.web.views import record_checks

urlpatterns = [path("record-checks/", record_checks.page, name="record-checks")]
