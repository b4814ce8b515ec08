"""What pages know of webhooks: the parameter that names an endpoint."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("webhooks.Endpoint", key="endpoint", list="webhooks.list"))
