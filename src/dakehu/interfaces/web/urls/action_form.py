"""Addresses of the form of an action."""

from django.urls import path

from dakehu.interfaces.web.views import action_form

urlpatterns = [
    path("clients/<int:client_id>/actions/<str:name>", action_form.do, name="client-action"),
    path("actions/<str:name>", action_form.do, name="action"),
]
