"""Addresses of feeds. Programs that can send a token use the first, those that support only an address the second."""

from django.urls import path

from dakehu.interfaces.calendar_feed import views

urlpatterns = [
    path("calendar/feed.ics", views.feed, name="calendar-feed"),
    path("calendar/feed/<str:token>.ics", views.feed, name="calendar-feed-token"),
]
