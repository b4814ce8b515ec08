"""Addresses of suitability, call-backs and the questionnaire that clients fill in."""

from django.urls import path

from dakehu.interfaces.web.views import questionnaire, questionnaire_versions, suitability

urlpatterns = [
    path("suitability/", suitability.page, name="suitability"),
    path("suitability/record", suitability.record, name="suitability-record"),
    path("suitability/checks/<int:pk>/", suitability.check, name="suitability-check"),
    path("suitability/questionnaire/", questionnaire_versions.listed, name="questionnaire-versions"),
    path("suitability/questionnaire/<int:pk>/", questionnaire_versions.one, name="questionnaire-version"),
    path("suitability/questionnaire/<int:pk>/item", questionnaire_versions.set_item, name="questionnaire-item"),
    path("call-backs/", suitability.call_backs, name="call-backs"),
    path("test/<str:token>/", questionnaire.page, name="questionnaire"),
]
