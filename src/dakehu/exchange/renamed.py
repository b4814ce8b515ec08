"""Names of imports, exports and reports in version 0.1.0."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "files.sweep": "files.delete_expired",
        "report.give": "report.create",
        "report.many": "report.create_many",
        "workbook.apply": "workbook.start_import",
        "workbook.begin_undo": "workbook.start_undo",
        "workbook.check": "workbook.dry_run",
        "workbook.correct": "workbook.correct_mapping",
        "workbook.decide": "workbook.resolve_conflicts",
        "workbook.mend": "workbook.correct_cells",
        "workbook.open": "workbook.upload",
        "workbook.order": "workbook.start_export",
        "workbook.refuse": "workbook.reject_import",
        "workbook.take_in": "workbook.import",
        "workbook.trial": "workbook.start_dry_run",
    },
)
declare_renamed(Kind.JOB, {"report.many": "report.create_many", "workbook.trial": "workbook.dry_run"})
