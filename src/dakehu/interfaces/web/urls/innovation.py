"""Addresses of ideas, trials and the service catalogue."""

from django.urls import path

from dakehu.interfaces.web.views import ideas, service_catalogue, trials

urlpatterns = [
    path("ideas/", ideas.listed, name="ideas"),
    path("ideas/<int:pk>/", ideas.one, name="idea"),
    path("trials/", trials.listed, name="trials"),
    path("trials/<int:pk>/", trials.one, name="trial"),
    path("trials/<int:pk>/segment", trials.segment, name="trial-segment"),
    path("services/", service_catalogue.listed, name="services"),
    path("services/<int:pk>/", service_catalogue.one, name="service"),
]
