"""Addresses of prospects, the pool, opportunities and campaigns."""

from django.urls import path

from dakehu.interfaces.web.views import campaigns, events, opportunities, prospects

urlpatterns = [
    path("prospects/", prospects.listed, name="prospects"),
    path("prospects/<int:pk>/", prospects.one, name="prospect"),
    path("pool/", prospects.pool, name="pool"),
    path("pool/<int:pk>/view", prospects.view_of_pool, name="pool-view"),
    path("opportunities/", opportunities.board, name="opportunities"),
    path("opportunities/<int:pk>/", opportunities.one, name="opportunity"),
    path("opportunities/forecast/", opportunities.forecast, name="forecast"),
    path("opportunities/pipelines/", opportunities.pipelines, name="pipelines"),
    path("campaigns/", campaigns.listed, name="campaigns"),
    path("campaigns/new", campaigns.new, name="campaign-new"),
    path("campaigns/add", campaigns.add, name="campaign-add"),
    path("campaigns/<int:pk>/", campaigns.one, name="campaign"),
    path("campaigns/<int:pk>/segment", campaigns.segment, name="campaign-segment"),
    path("events/", events.listed, name="events"),
    path("events/<int:pk>/", events.one, name="event"),
    path("events/<int:pk>/door", events.door, name="event-door"),
    path("events/<int:pk>/invite", events.invite, name="event-invite"),
    path("events/<int:pk>/came/<int:invitation>", events.came, name="event-came"),
]
