"""Addresses of version 0.1.0, which redirect to the present ones for one version (docs/renamed.md)."""

from django.urls import path

from dakehu.interfaces.web.views.moved import moved

# Old address → name of the present one.
MOVED = {
    "clients/<int:client_id>/apart/<int:other_id>": "mark-not-duplicate",
    "clients/<int:client_id>/do/<str:name>": "client-action",
    "clients/alike": "duplicate-hint",
    "clients/many/<str:name>": "client-bulk",
    "clients/views/<int:view_id>/drop": "delete-view",
    "do/<str:name>": "action",
    "held/": "quarantine",
    "held/<int:pk>/": "quarantine-row",
    "held/explain": "quarantine-map-term",
    "import/<int:pk>/mend/": "import-corrections",
    "import/<int:pk>/mend/cells": "import-corrections-cells",
    "import/<int:pk>/mend/replace": "import-corrections-replace",
    "import/<int:pk>/mend/rows": "import-corrections-rows",
    "import/<int:pk>/trial": "import-dry-run",
    "import/<int:pk>/whose": "import-client",
    "me/security/factors/<int:factor_id>/drop": "security-remove",
}

urlpatterns = [path(old, moved, {"route": route}) for old, route in MOVED.items()]
