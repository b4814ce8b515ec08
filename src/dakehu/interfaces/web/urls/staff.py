"""Addresses of staff, roles and teams."""

from django.urls import path

from dakehu.interfaces.web.views import leaving, staff

urlpatterns = [
    path("staff/", staff.people, name="staff"),
    path("staff/new", staff.add, name="staff-add"),
    path("staff/<int:pk>/", staff.change, name="staff-change"),
    path("staff/<int:pk>/password", staff.password, name="staff-password"),
    path("staff/<int:pk>/second", staff.second_factor, name="staff-second"),
    path("staff/<int:pk>/duty", staff.end_duty, name="staff-duty"),
    path("staff/<int:pk>/tokens", staff.tokens, name="staff-tokens"),
    path("leaving/", leaving.page, name="leaving"),
    path("staff/roles/", staff.roles, name="staff-roles"),
    path("staff/teams/", staff.teams, name="staff-teams"),
]
