"""Addresses of the calls after a shock."""

from django.urls import path

from dakehu.interfaces.web.views import outreach

urlpatterns = [
    path("outreach/", outreach.page, name="outreach"),
    path("outreach/calls/<int:pk>/", outreach.call, name="outreach-call"),
    path("outreach/cases/", outreach.cases, name="outreach-cases"),
    path("outreach/report/", outreach.report, name="outreach-report"),
    path("outreach/scripts/", outreach.scripts, name="outreach-scripts"),
]
