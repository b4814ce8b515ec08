"""The files of a whole project, and the archive that contains them."""

import io
import zipfile
from typing import Any

import orjson

from dakehu.exchange.odata.entity_sets import entity_sets
from dakehu.exchange.powerbi.model import Model, model_of_sets, stable_id
from dakehu.exchange.powerbi.report import report_files
from dakehu.exchange.powerbi.tmdl import tmdl_files
from dakehu.foundation.base.i18n import bilingual

FABRIC = "https://developer.microsoft.com/json-schemas/fabric/"
NAME = bilingual("大客户", "KeyClients")
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in the archive, so that it is reproducible


def readers_model(language: str) -> Model:
    """Return the model of what the current reader may list."""
    return model_of_sets(entity_sets(), language)


def project_files(model: Model, root: str) -> dict[str, str]:
    """Return {path: text} of the project. `root`, the OData address with a trailing slash, is its only desk data."""
    name = NAME.in_(model.language)
    documents: dict[str, Any] = {
        f"{name}.pbip": {
            "$schema": f"{FABRIC}pbip/pbipProperties/1.0.0/schema.json",
            "version": "1.0",
            "artifacts": [{"report": {"path": f"{name}.Report"}}],
            "settings": {"enableAutoRecovery": True},
        },
        f"{name}.SemanticModel/.platform": _platform("SemanticModel", name),
        f"{name}.SemanticModel/definition.pbism": {
            "$schema": f"{FABRIC}item/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        f"{name}.Report/.platform": _platform("Report", name),
        f"{name}.Report/definition.pbir": {
            "$schema": f"{FABRIC}item/report/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{name}.SemanticModel"}},
        },
    }
    documents |= {f"{name}.Report/definition/{path}": one for path, one in report_files(model).items()}
    files = {path: orjson.dumps(one, option=orjson.OPT_INDENT_2).decode() for path, one in documents.items()}
    files |= {f"{name}.SemanticModel/definition/{path}": text for path, text in tmdl_files(model, root).items()}
    return dict(sorted(files.items()))


def archive(files: dict[str, str]) -> bytes:
    """Return the files as a ZIP, in the given order and with CRLF line ends, as written by Power BI."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for path, text in files.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(info, text.replace("\n", "\r\n").encode())
    return stream.getvalue()


def _platform(kind: str, name: str) -> dict[str, Any]:
    return {
        "$schema": f"{FABRIC}gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": name},
        "config": {"version": "2.0", "logicalId": stable_id("platform", kind)},
    }
