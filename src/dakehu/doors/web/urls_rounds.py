"""Pages of the rounds: import, export, staff, audit, system, guide."""

from django.urls import path

from dakehu.doors.web.views import alike, audit, export, guide, intake, staff, system, undoing

urlpatterns = [
    path("clients/alike", alike.hint, name="client-alike"),
    path("clients/duplicates", alike.duplicates, name="duplicates"),
    path("clients/<int:client_id>/merge", alike.merge_with, name="merge-with"),
    path("clients/<int:client_id>/merge/<int:other_id>", alike.merge, name="merge"),
    path("clients/<int:client_id>/apart/<int:other_id>", alike.tell_apart, name="tell-apart"),
    path("undo/", undoing.undoable, name="undo"),
    path("undo/<int:pk>", undoing.take_back, name="undo-one"),
    path("import/", intake.start, name="import"),
    path("import/<int:pk>/", intake.batch_page, name="import-batch"),
    path("import/<int:pk>/columns", intake.correct, name="import-correct"),
    path("import/<int:pk>/trial", intake.trial, name="import-trial"),
    path("import/<int:pk>/apply", intake.apply, name="import-apply"),
    path("import/<int:pk>/undo", intake.undo, name="import-undo"),
    path("import/<int:pk>/cancel", intake.cancel, name="import-cancel"),
    path("import/<int:pk>/progress", intake.progress, name="import-progress"),
    path("import/<int:pk>/errors.xlsx", intake.errors, name="import-errors"),
    path("export/", export.start, name="export"),
    path("export/template.xlsx", export.template, name="export-template"),
    path("export/<int:pk>/", export.job_page, name="export-job"),
    path("export/<int:pk>/progress", export.progress, name="export-progress"),
    path("export/<int:pk>/cancel", export.cancel, name="export-cancel"),
    path("export/<int:pk>/file", export.download, name="export-file"),
    path("staff/", staff.people, name="staff"),
    path("staff/new", staff.add, name="staff-add"),
    path("staff/<int:pk>/", staff.change, name="staff-change"),
    path("staff/<int:pk>/password", staff.password, name="staff-password"),
    path("staff/<int:pk>/second", staff.second_factor, name="staff-second"),
    path("staff/roles/", staff.roles, name="staff-roles"),
    path("staff/teams/", staff.teams, name="staff-teams"),
    path("audit/", audit.trail, name="audit"),
    path("audit/verify", audit.verify, name="audit-verify"),
    path("system/", system.state, name="system"),
    path("system/calendar/", system.calendar, name="system-calendar"),
    path("guide/", guide.page, {"name": "start"}, name="guide-index"),
    path("guide/<slug:name>/", guide.page, name="guide"),
]
