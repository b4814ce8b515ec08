"""Addresses of the system page, the trading calendar and custom fields."""

from django.urls import path

from dakehu.interfaces.web.views.system import custom_fields, firm, nightly, state

urlpatterns = [
    path("system/", state.state, name="system"),
    path("system/calendar/", state.calendar, name="system-calendar"),
    path("system/settings/", firm.settings, name="system-firm"),
    path("system/nightly", nightly.start, name="system-nightly"),
    path("system/fields/", custom_fields.listed, name="system-fields"),
    path("system/fields/new", custom_fields.add, name="system-fields-add"),
    path("system/fields/<int:pk>/", custom_fields.change, name="system-field"),
    path("system/fields/<int:pk>/archive", custom_fields.archive, name="system-field-archive"),
]
