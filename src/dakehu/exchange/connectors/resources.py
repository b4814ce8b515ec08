"""What pages know of connections: the parameter that names one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("connections.Connection", key="connection", list="connections.list"))
