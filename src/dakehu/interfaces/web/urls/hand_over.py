"""Addresses of hand-overs of clients, and of the workload of the team."""

from django.urls import path

from dakehu.interfaces.web.views import hand_over, workload

urlpatterns = [
    path("workload/", workload.page, name="workload"),
    path("hand-overs/", hand_over.listed, name="hand-overs"),
    path("hand-overs/new", hand_over.plan, name="plan-hand-over"),
    path("hand-overs/packs/<int:pk>/", hand_over.pack, name="hand-over-pack"),
    path("hand-overs/<int:pk>/", hand_over.one, name="hand-over"),
    path("hand-overs/<int:pk>/letters", hand_over.letters, name="hand-over-letters"),
    path("hand-overs/<int:pk>/<str:act>", hand_over.act, name="hand-over-act"),
]
