"""Addresses of the inbox of feedback."""

from django.urls import path

from dakehu.interfaces.web.views import feedback

urlpatterns = [
    path("feedback/", feedback.page, name="feedback"),
    path("feedback/<int:pk>/", feedback.one, name="feedback-one"),
]
