"""Addresses of the API."""

from django.urls import path, re_path

from dakehu.interfaces.api import views

urlpatterns = [
    path("openapi.json", views.openapi_view, name="api-openapi"),
    path("docs", views.docs_view, name="api-docs"),
    path("queries/<str:name>", views.query_view, name="api-query"),
    path("actions/<str:name>", views.action_view, name="api-action"),
    path("q/<str:name>", views.query_view),  # addresses of 0.1.0, for one version
    path("do/<str:name>", views.action_view),
    path("<str:name>", views.collection_view, name="api-collection"),
    path("<str:name>/<str:key>", views.one_view, name="api-one"),
    re_path(r"^(?P<rest>.*)$", views.nothing_here, name="api-nothing"),
]
