"""Addresses of the connections to other systems."""

from django.urls import path

from dakehu.interfaces.web.views import connections

urlpatterns = [
    path("connections/", connections.listed, name="connections"),
    path("connections/<int:pk>/", connections.one, name="connection"),
]
