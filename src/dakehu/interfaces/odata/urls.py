"""Addresses of OData. The root answers with and without its last slash: programs drop it."""

from django.urls import path

from dakehu.interfaces.odata import views

urlpatterns = [
    path("", views.root_view, name="odata-root"),
    path("/", views.root_view),
    path("/$metadata", views.metadata_view, name="odata-metadata"),
    path("/<path:path>", views.rows_view, name="odata-rows"),
]
