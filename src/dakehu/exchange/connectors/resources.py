"""Resources of connections for pages: the parameter that identifies one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("connections.Connection", key="connection", list="connections.list"))
