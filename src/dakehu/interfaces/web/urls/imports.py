"""Addresses of the import: wizard, corrections, quarantine."""

from django.urls import path

from dakehu.interfaces.web.views.imports import corrections, feed_files, feed_templates, quarantine, statements, wizard

urlpatterns = [
    path("import/", wizard.start, name="import"),
    path("import/<int:pk>/", wizard.batch_page, name="import-batch"),
    path("import/<int:pk>/columns", wizard.correct, name="import-correct"),
    path("import/<int:pk>/client", statements.whose, name="import-client"),
    path("import/<int:pk>/day", feed_files.day, name="import-feed-day"),
    path("import/feeds/<slug:name>.xlsx", feed_templates.template, name="feed-template"),
    path("import/<int:pk>/names", wizard.enter_names, name="import-names"),
    path("import/<int:pk>/dry-run", wizard.trial, name="import-dry-run"),
    path("import/<int:pk>/apply", wizard.apply, name="import-apply"),
    path("import/<int:pk>/undo", wizard.undo, name="import-undo"),
    path("import/<int:pk>/cancel", wizard.cancel, name="import-cancel"),
    path("import/<int:pk>/progress", wizard.progress, name="import-progress"),
    path("import/<int:pk>/corrections/", corrections.page, name="import-corrections"),
    path("import/<int:pk>/corrections/rows", corrections.rows, name="import-corrections-rows"),
    path("import/<int:pk>/corrections/cells", corrections.cells, name="import-corrections-cells"),
    path("import/<int:pk>/corrections/replace", corrections.replace, name="import-corrections-replace"),
    path("import/<int:pk>/errors.xlsx", wizard.errors, name="import-errors"),
    path("import/quarantine/", quarantine.listed, name="quarantine"),
    path("import/quarantine/terms", quarantine.explain, name="quarantine-map-term"),
    path("import/quarantine/<int:pk>/", quarantine.row, name="quarantine-row"),
]
