"""Resources of linked sheets for pages: the parameter that identifies one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("sheets_sync.LinkedSheet", key="sheet", list="sheets.list"))
declare(Resource("sheets_sync.PublishedTable", key="published", list="sheets.published"))
