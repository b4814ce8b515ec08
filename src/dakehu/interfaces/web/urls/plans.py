"""Addresses of policies, model portfolios and the advice record."""

from django.urls import path

from dakehu.interfaces.web.views import advice, plans

urlpatterns = [
    path("advice/", advice.listed, name="advice"),
    path("advice/<int:pk>/", advice.one, name="advice-record"),
    path("advice/models/", plans.models, name="model-portfolios"),
    path("clients/<int:client_id>/plan/", plans.plan, name="client-plan"),
]
