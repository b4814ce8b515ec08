"""Addresses of the export and of clients' reports."""

from django.urls import path

from dakehu.interfaces.web.views.exports import odata, reports, workbook

urlpatterns = [
    path("export/", workbook.start, name="export"),
    path("export/reports", reports.many, name="export-reports"),
    path("connections/odata/", odata.page, name="odata-connection"),
    path("connections/odata/dakehu.pbids", odata.file, name="odata-pbids"),
    path("connections/odata/dakehu.pbip.zip", odata.project, name="odata-pbip"),
    path("connections/odata/sql-login", odata.sql_login, name="sql-login"),
    path("connections/odata/<str:entity_set>.odc", odata.file, name="odata-odc"),
    path("export/tableau", workbook.tableau, name="export-tableau"),
    path("export/template.xlsx", workbook.template, name="export-template"),
    path("export/<int:pk>/", workbook.job_page, name="export-job"),
    path("export/<int:pk>/progress", workbook.progress, name="export-progress"),
    path("export/<int:pk>/cancel", workbook.cancel, name="export-cancel"),
    path("export/<int:pk>/file", workbook.download, name="export-file"),
]
