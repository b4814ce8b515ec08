"""Addresses of the board of improvement and its issues."""

from django.urls import path

from dakehu.interfaces.web.views import improvements

urlpatterns = [
    path("improvements/", improvements.board, name="improvements"),
    path("improvements/<int:pk>/", improvements.one, name="improvement"),
]
