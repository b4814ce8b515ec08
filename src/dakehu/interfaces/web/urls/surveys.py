"""Addresses of surveys and of the form that clients fill in."""

from django.urls import path

from dakehu.interfaces.web.views import survey_form, surveys

urlpatterns = [
    path("surveys/", surveys.listed, name="surveys"),
    path("surveys/<int:pk>/", surveys.one, name="survey"),
    path("surveys/<int:pk>/preview", surveys.preview, name="survey-preview"),
    path("surveys/<int:pk>/send", surveys.send, name="survey-send"),
    path("surveys/<int:pk>/links", surveys.event_links, name="survey-links"),
    path("surveys/<int:pk>/results", surveys.results, name="survey-results"),
    path("surveys/<int:pk>/texts", surveys.texts, name="survey-texts"),
    path("surveys/<int:pk>/identify/<int:answer>", surveys.identify, name="survey-identify"),
    path("surveys/<int:pk>/named", surveys.named, name="survey-named"),
    path("surveys/<int:pk>/phone", surveys.phone, name="survey-phone"),
    path("s/<str:token>", survey_form.page, name="survey-form"),
]
