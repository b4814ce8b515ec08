"""Resources of mailboxes for pages: the parameter that identifies one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("mailbox.Mailbox", key="mailbox", list="mailbox.list"))
