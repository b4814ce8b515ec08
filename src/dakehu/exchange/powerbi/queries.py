"""The project of the reader, by its name."""

from typing import Any

from dakehu.exchange.odata.queries import ADDRESS
from dakehu.exchange.powerbi.checks import find_faults
from dakehu.exchange.powerbi.project import NAME, project_files, readers_model
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import language
from dakehu.foundation.gates.registry import query


@query("powerbi.project", needs=Permission.ODATA, zh="Power BI 项目", en="Power BI project", parameters=(ADDRESS,))
def project(*, address: str) -> dict[str, Any]:
    """Return {name, files ({path: text}), tables, measures, relations (numbers), faults (of our own checks)} of the
    project that reads the OData at `address`. It contains no data and no credential."""
    model = readers_model(language())
    files = project_files(model, address)
    return {
        "name": f"{NAME}.pbip.zip",
        "files": files,
        "tables": len(model.tables),
        "measures": sum(len(table.measures) for table in model.tables),
        "relations": len(model.relations),
        "faults": find_faults(files),
    }
