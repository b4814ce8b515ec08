"""Addresses of OData. The root is served with and without its final slash: programs drop it."""

from django.urls import path

from dakehu.interfaces.odata import views

urlpatterns = [
    path("odata/v4", views.root_view, name="odata-root"),
    path("odata/v4/", views.root_view),
    path("odata/v4/$metadata", views.metadata_view, name="odata-metadata"),
    path("odata/v4/<path:path>", views.rows_view, name="odata-rows"),
]
