"""Addresses of calendars outside the desk, and of the page on which a client books an hour."""

from django.urls import path

from dakehu.interfaces.web.views import booking, calendars

urlpatterns = [
    path("connections/calendars/", calendars.listed, name="calendar-connections"),
    path("connections/calendars/<int:pk>/", calendars.one, name="calendar-connection"),
    path("book/<str:token>/", booking.page, name="booking"),
]
