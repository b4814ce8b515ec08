"""Addresses of the delivery log and of how messages are sent."""

from django.urls import path

from dakehu.interfaces.web.views import messages

urlpatterns = [
    path("messages/", messages.log, name="messages"),
    path("messages/settings/", messages.settings, name="message-settings"),
    path("messages/settings/tests", messages.tests, name="message-tests"),
    path("messages/<int:pk>/<slug:verb>", messages.do, name="message-verb"),
]
