"""Addresses of comments about any kind of record."""

from django.urls import path

from dakehu.interfaces.web.views import comments

urlpatterns = [
    path("comments/<slug:kind>/<int:pk>/", comments.discussion, name="comments"),
    path("comments/<slug:kind>/<int:pk>/people", comments.people, name="comment-people"),
]
