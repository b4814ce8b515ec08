"""Address of the market page."""

from django.urls import path

from dakehu.interfaces.web.views import market

urlpatterns = [
    path("market/", market.market, name="market"),
]
