"""Addresses of the tendencies in a client's trading."""

from django.urls import path

from dakehu.interfaces.web.views import tendencies

urlpatterns = [path("clients/<int:client_id>/tendencies/", tendencies.tendencies, name="client-tendencies")]
