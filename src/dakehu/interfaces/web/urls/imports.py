"""Addresses of the import: wizard, corrections, quarantine."""

from django.urls import path

from dakehu.interfaces.web.views.imports import corrections, quarantine, statements, wizard

urlpatterns = [
    path("import/", wizard.start, name="import"),
    path("import/<int:pk>/", wizard.batch_page, name="import-batch"),
    path("import/<int:pk>/columns", wizard.correct, name="import-correct"),
    path("import/<int:pk>/whose", statements.whose, name="import-whose"),
    path("import/<int:pk>/trial", wizard.trial, name="import-trial"),
    path("import/<int:pk>/apply", wizard.apply, name="import-apply"),
    path("import/<int:pk>/undo", wizard.undo, name="import-undo"),
    path("import/<int:pk>/cancel", wizard.cancel, name="import-cancel"),
    path("import/<int:pk>/progress", wizard.progress, name="import-progress"),
    path("import/<int:pk>/mend/", corrections.page, name="import-mend"),
    path("import/<int:pk>/mend/rows", corrections.rows, name="import-mend-rows"),
    path("import/<int:pk>/mend/cells", corrections.cells, name="import-mend-cells"),
    path("import/<int:pk>/mend/replace", corrections.replace, name="import-mend-replace"),
    path("import/<int:pk>/errors.xlsx", wizard.errors, name="import-errors"),
    path("held/", quarantine.listed, name="held"),
    path("held/explain", quarantine.explain, name="held-explain"),
    path("held/<int:pk>/", quarantine.row, name="held-row"),
]
