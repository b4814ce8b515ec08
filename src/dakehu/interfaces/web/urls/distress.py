"""Addresses of the register of distress."""

from django.urls import path

from dakehu.interfaces.web.views import distress

urlpatterns = [path("distress/", distress.page, name="distress")]
