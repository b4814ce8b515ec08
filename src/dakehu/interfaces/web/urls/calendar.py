"""Addresses of the calendar, the plan of a week, contacts and goals."""

from django.urls import path

from dakehu.interfaces.web.views.calendar import page, plans

urlpatterns = [
    path("calendar/", page.calendar_page, name="calendar"),
    path("calendar/meetings/<int:pk>/", page.meeting_page, name="calendar-meeting"),
    path("calendar/week-plan/", plans.week_plan, name="calendar-week-plan"),
    path("calendar/contacts/", plans.contacts, name="calendar-contacts"),
    path("calendar/goals/", plans.goals, name="calendar-goals"),
]
