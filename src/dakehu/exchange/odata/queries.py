"""Data of the connection page: the tables that a reader may load, and the files that load them."""

from typing import Any

from dakehu.exchange.odata import connection_files
from dakehu.exchange.odata.entity_sets import entity_sets
from dakehu.exchange.odata.power_query import live_query
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

ADDRESS = Parameter("address", spec=FieldSpec("服务地址", "Address of the service"))
ENTITY_SET = Parameter("entity_set", required=False, spec=FieldSpec("数据表", "Table"))


@query("odata.entity_sets", needs=Permission.ODATA, zh="可读取的数据表", en="Tables to read")
def described_sets() -> list[dict[str, Any]]:
    """Return the entity sets: [{name, label, columns (number), masked (labels of the masked columns)}]."""
    clearance = current_actor().clearance
    return [
        {
            "name": one.name,
            "label": str(one.label),
            "columns": len(one.properties),
            "masked": [item.spec.label for item in one.properties.values() if item.spec.sensitivity > clearance],
        }
        for one in entity_sets().values()
    ]


@query(
    "odata.connection_file",
    needs=Permission.ODATA,
    zh="连接文件",
    en="Connection file",
    parameters=(ADDRESS, ENTITY_SET),
)
def connection_file(*, address: str, entity_set: str | None = None) -> dict[str, str]:
    """Return {name, text} of the file that opens the service in Power BI, or one entity set in Excel. No credential."""
    if not entity_set:
        return {"name": "dakehu.pbids", "text": connection_files.pbids(address).decode()}
    sets = entity_sets()
    if entity_set not in sets:
        raise NotFound(bilingual("数据表", "table"), entity_set)
    made = live_query(sets[entity_set], sets, address, language())
    return {"name": f"{made.name}.odc", "text": connection_files.odc(made, language()).decode()}
