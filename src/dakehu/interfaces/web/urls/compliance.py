"""Addresses of compliance."""

from django.urls import path

from dakehu.interfaces.web.views import compliance, privacy

urlpatterns = [
    path("compliance/privacy/", privacy.privacy, name="privacy"),
    path("compliance/privacy/copy", privacy.client_copy, name="client-copy"),
    path("compliance/wording/", compliance.wording, name="wording"),
    path("compliance/wording/check", compliance.check, name="wording-check"),
    path("compliance/wording/<int:pk>/text", compliance.reviewed_text, name="reviewed-text"),
]
