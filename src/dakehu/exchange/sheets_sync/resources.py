"""What pages know of linked sheets: the parameter that names one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("sheets_sync.LinkedSheet", key="sheet", list="sheets.list"))
declare(Resource("sheets_sync.PublishedTable", key="published", list="sheets.published"))
