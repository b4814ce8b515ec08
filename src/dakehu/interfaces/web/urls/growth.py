"""Addresses of prospects, the pool and opportunities."""

from django.urls import path

from dakehu.interfaces.web.views import opportunities, prospects

urlpatterns = [
    path("prospects/", prospects.listed, name="prospects"),
    path("prospects/<int:pk>/", prospects.one, name="prospect"),
    path("pool/", prospects.pool, name="pool"),
    path("pool/<int:pk>/view", prospects.view_of_pool, name="pool-view"),
    path("opportunities/", opportunities.board, name="opportunities"),
    path("opportunities/<int:pk>/", opportunities.one, name="opportunity"),
    path("opportunities/forecast/", opportunities.forecast, name="forecast"),
    path("opportunities/pipelines/", opportunities.pipelines, name="pipelines"),
]
