"""Resources of webhooks for pages: the parameter that identifies an endpoint."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("webhooks.Endpoint", key="endpoint", list="webhooks.list"))
