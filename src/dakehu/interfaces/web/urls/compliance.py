"""Addresses of compliance."""

from django.urls import path

from dakehu.interfaces.web.views import (
    aml,
    approvals,
    compliance,
    conflicts,
    consents,
    privacy,
    read_log,
    registrations,
    self_checks,
)

urlpatterns = [
    path("compliance/", compliance.start, name="compliance"),
    path("compliance/aml/", aml.desk, name="aml"),
    path("compliance/aml/<int:pk>/", aml.file, name="aml-file"),
    path("compliance/readings/", read_log.readings, name="readings"),
    path("compliance/consents/", consents.purposes, name="consents"),
    path("compliance/rules/", consents.rules, name="compliance-rules"),
    path("compliance/registrations/", registrations.listed, name="registrations"),
    path("compliance/self-checks/", self_checks.listed, name="self-checks"),
    path("approvals/", approvals.listed, name="approvals"),
    path("compliance/conflicts/", conflicts.listed, name="conflicts"),
    path("compliance/privacy/", privacy.privacy, name="privacy"),
    path("compliance/privacy/copy", privacy.client_copy, name="client-copy"),
    path("compliance/wording/", compliance.wording, name="wording"),
    path("compliance/wording/check", compliance.check, name="wording-check"),
    path("compliance/wording/<int:pk>/text", compliance.reviewed_text, name="reviewed-text"),
]
