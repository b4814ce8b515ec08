"""Addresses of the start page, the language, and the palette."""

from django.urls import path

from dakehu.interfaces.web.views import language, palette, today

urlpatterns = [
    path("", today.today_page, name="today"),
    path("cards", today.cards, name="cards"),
    path("today/<str:work>", today.work, name="work"),
    path("language", language.language, name="language"),
    path("palette", palette.palette, name="palette"),
]
