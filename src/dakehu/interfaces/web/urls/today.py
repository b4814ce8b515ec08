"""Addresses of the first page, the language, the palette, and the sign of life."""

from django.urls import path

from dakehu.interfaces.web.views import language, palette, today

urlpatterns = [
    path("", today.today_page, name="today"),
    path("cards", today.cards, name="cards"),
    path("today/<str:work>", today.work, name="work"),
    path("language", language.language, name="language"),
    path("health", language.health, name="health"),
    path("palette", palette.palette, name="palette"),
]
