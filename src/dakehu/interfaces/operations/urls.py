"""Operational endpoints."""

from django.urls import path

from dakehu.interfaces.operations import views

urlpatterns = [
    path("health", views.health, name="health"),
    path("ready", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
