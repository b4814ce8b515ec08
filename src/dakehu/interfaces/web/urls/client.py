"""Addresses of one client: page, attachments, figures, report, merge."""

from django.urls import path

from dakehu.interfaces.web.views.client import attachments, edit_in_place, figure_explanation, note, page, performance
from dakehu.interfaces.web.views.clients import duplicates
from dakehu.interfaces.web.views.exports import evidence, reports

urlpatterns = [
    path("clients/<int:client_id>/", page.client_page, name="client"),
    path("clients/<int:client_id>/peek", page.peek, name="peek"),
    path("clients/<int:client_id>/money", performance.money_details, name="client-money"),
    path("clients/<int:client_id>/fields/<str:name>", edit_in_place.field, name="client-field"),
    path("clients/<int:client_id>/note/", note.note_page, name="note"),
    path("clients/<int:client_id>/note/paragraphs", note.paragraphs, name="note-paragraphs"),
    path("clients/<int:client_id>/note/typing/<int:paragraph>", note.typing, name="note-typing"),
    *(
        path(f"clients/<int:client_id>/note/{verb}", note.save, {"verb": verb}, name=f"note-{verb}")
        for verb in note.ACTIONS
    ),
    path("clients/<int:client_id>/files", attachments.add, name="client-files"),
    path("clients/<int:client_id>/figures/<str:name>", figure_explanation.explained, name="figure"),
    path("clients/<int:client_id>/report.pdf", reports.one, name="client-report"),
    path("clients/<int:client_id>/evidence", evidence.start, name="client-evidence"),
    path("files/<int:attachment_id>", attachments.hand_out, name="attachment"),
    path("clients/<int:client_id>/merge", duplicates.merge_with, name="merge-with"),
    path("clients/<int:client_id>/merge/<int:other_id>", duplicates.merge, name="merge"),
    path("clients/<int:client_id>/not-duplicate/<int:other_id>", duplicates.tell_apart, name="mark-not-duplicate"),
]
