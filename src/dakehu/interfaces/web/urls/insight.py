"""Addresses of questions, pivots, dashboards and predictions."""

from django.urls import path

from dakehu.interfaces.web.views import book, dashboards, pivot, predictions, question, schedules

urlpatterns = [
    path("book-of-business/", book.page, name="book"),
    path("book-of-business/clients", book.clients, name="book-clients"),
    path("question/", question.page, name="question"),
    path("pivot/", pivot.page, name="pivot"),
    path("pivot/clients", pivot.clients, name="pivot-clients"),
    path("pivot/save", pivot.save, name="pivot-save"),
    path("pivot/<int:pk>/delete", pivot.delete, name="pivot-delete"),
    path("pivot/add", pivot.add_to_dashboard, name="pivot-add"),
    path("pivot/export", pivot.export, name="pivot-export"),
    path("pivot/refresh", pivot.refresh, name="pivot-refresh"),
    path("dashboards/", dashboards.page, name="dashboards"),
    path("dashboards/copy", dashboards.copy, name="dashboard-copy"),
    path("dashboards/<int:pk>/arrange", dashboards.arrange, name="dashboard-arrange"),
    path("dashboards/<int:pk>/delete", dashboards.delete, name="dashboard-delete"),
    path("schedules/", schedules.page, name="schedules"),
    path("schedules/add", schedules.add, name="schedule-add"),
    path("schedules/<int:pk>/end", schedules.end, name="schedule-end"),
    path("schedules/<int:pk>/test", schedules.test, name="schedule-test"),
    path("predictions/", predictions.page, name="predictions"),
    path("predictions/train", predictions.train, name="prediction-train"),
    path("predictions/<int:pk>/switch", predictions.switch, name="prediction-switch"),
    path("rhythm/", predictions.rhythm, name="rhythm"),
    path("schedules/files/<int:pk>", schedules.fetch, name="schedule-file"),
]
