"""Addresses of undo."""

from django.urls import path

from dakehu.interfaces.web.views import undo

urlpatterns = [
    path("undo/", undo.undoable, name="undo"),
    path("undo/<int:pk>", undo.take_back, name="undo-one"),
    path("undo/<int:pk>/progress", undo.progress, name="undo-progress"),
]
