"""Addresses of suitability, call-backs and the questionnaire that clients fill in."""

from django.urls import path

from dakehu.interfaces.web.views import questionnaire, suitability

urlpatterns = [
    path("suitability/", suitability.page, name="suitability"),
    path("suitability/record", suitability.record, name="suitability-record"),
    path("suitability/checks/<int:pk>/", suitability.check, name="suitability-check"),
    path("call-backs/", suitability.call_backs, name="call-backs"),
    path("test/<str:token>/", questionnaire.page, name="questionnaire"),
]
