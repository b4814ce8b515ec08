"""Addresses of the list of clients: grid, bulk edit, duplicates."""

from django.urls import path

from dakehu.interfaces.web.views.clients import bulk_edit, duplicates, grid, grid_cells, listing

urlpatterns = [
    path("clients/", listing.client_list, name="clients"),
    path("clients/rows", grid.rows, name="client-rows"),
    path("clients/sums", grid.sums, name="client-sums"),
    path("clients/columns", grid.own_columns, name="client-columns"),
    path("clients/paste", grid_cells.paste, name="client-paste"),
    path("clients/bulk/<str:name>", bulk_edit.ask_many, name="client-bulk"),
    path("clients/<int:client_id>/cells", grid_cells.change, name="client-cells"),
    path("clients/views", listing.save_view, name="save-view"),
    path("clients/views/<int:view_id>/delete", listing.drop_view, name="delete-view"),
    path("clients/duplicates/hint", duplicates.hint, name="duplicate-hint"),
    path("clients/duplicates", duplicates.duplicates, name="duplicates"),
]
