"""Addresses of the support desk."""

from django.urls import path

from dakehu.interfaces.web.views.support import asking, problems, tickets, training

urlpatterns = [
    path("support/", tickets.listed, name="support"),
    path("support/ask", asking.form, name="support-ask"),
    path("support/suggestions", asking.suggestions, name="support-suggestions"),
    path("support/problems/", problems.listed, name="known-problems"),
    path("support/problems/<int:pk>/", problems.one, name="known-problem"),
    path("support/files/<int:pk>", tickets.file, name="ticket-file"),
    path("support/<int:pk>/", tickets.one, name="ticket"),
    path("training/", training.page, name="practice"),
    path("training/go", training.go, name="practice-go"),
    path("training/run", training.run, name="practice-run"),
    path("training/finish", training.finish, name="practice-finish"),
    path("training/hours", training.enter_hours, name="practice-hours"),
    path("training/enter", training.enter, name="practice-enter"),
]
