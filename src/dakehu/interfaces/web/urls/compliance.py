"""Addresses of compliance."""

from django.urls import path

from dakehu.interfaces.web.views import approvals, compliance, conflicts, privacy, registrations

urlpatterns = [
    path("approvals/", approvals.listed, name="approvals"),
    path("compliance/", compliance.start, name="compliance"),
    path("compliance/registrations/", registrations.listed, name="registrations"),
    path("compliance/conflicts/", conflicts.listed, name="conflicts"),
    path("compliance/privacy/", privacy.privacy, name="privacy"),
    path("compliance/privacy/copy", privacy.client_copy, name="client-copy"),
    path("compliance/wording/", compliance.wording, name="wording"),
    path("compliance/wording/check", compliance.check, name="wording-check"),
    path("compliance/wording/<int:pk>/text", compliance.reviewed_text, name="reviewed-text"),
]
