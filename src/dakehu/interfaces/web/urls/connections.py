"""Addresses of the connections to other systems, of linked sheets and of webhooks."""

from django.urls import path

from dakehu.interfaces.web.views import connections, linked_sheets, published, webhooks

urlpatterns = [
    path("connections/", connections.listed, name="connections"),
    path("connections/<int:pk>/", connections.one, name="connection"),
    path("connections/sheets/", linked_sheets.listed, name="linked-sheets"),
    path("connections/sheets/<int:pk>/", linked_sheets.one, name="linked-sheet"),
    path("connections/published/new", published.publish, name="publish"),
    path("published/<str:token>", published.read, name="published"),
    path("connections/webhooks/", webhooks.listed, name="webhooks"),
    path("connections/webhooks/new", webhooks.add, name="webhook-new"),
    path("connections/webhooks/<int:pk>/", webhooks.one, name="webhook"),
]
