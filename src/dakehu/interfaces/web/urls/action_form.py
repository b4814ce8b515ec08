"""Addresses of the form of an action."""

from django.urls import path

from dakehu.interfaces.web.views import action_form

urlpatterns = [
    path("clients/<int:client_id>/do/<str:name>", action_form.do, name="do-client"),
    path("do/<str:name>", action_form.do, name="do"),
]
