"""Labels of the steps of imports, exports and reports that are separate acts."""

from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.base.i18n import bilingual

declare_steps(
    {
        "report.create_many": bilingual("批量下载客户报告", "Create clients' reports"),
        "workbook.correct_cells": bilingual("更正导入文件中的单元格", "Correct cells of a file to import"),
        "workbook.correct_mapping": bilingual("修改列设置", "Correct the columns"),
        "workbook.dry_run": bilingual("预览", "Trial run"),
        "workbook.enter_names": bilingual(
            "登记文件中的营业部与同事", "Enter branches and colleagues that a file names"
        ),
        "workbook.keep_file": bilingual("暂存待导入文件", "Keep a file until it is opened"),
        "workbook.reject_import": bilingual("有错误，未导入", "Errors found, not imported"),
        "workbook.release_file": bilingual("交出暂存文件", "Hand out a kept file"),
        "workbook.resolve_conflicts": bilingual("处理冲突的单元格", "Resolve conflicting cells"),
        "workbook.start_dry_run": bilingual("开始预览", "Start a trial run"),
        "workbook.start_export": bilingual("申请导出", "Request an export"),
        "workbook.start_import": bilingual("开始导入", "Start an import"),
        "workbook.start_undo": bilingual("开始撤销", "Start an undo"),
        "workbook.upload": bilingual("打开导入文件", "Upload a file to import"),
    }
)
