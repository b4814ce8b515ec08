"""Addresses of complaints."""

from django.urls import path

from dakehu.interfaces.web.views import complaints

urlpatterns = [
    path("complaints/", complaints.page, name="complaints"),
    path("complaints/<int:pk>/", complaints.case, name="complaint"),
]
