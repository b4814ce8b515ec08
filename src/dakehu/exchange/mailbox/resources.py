"""What pages know of mailboxes: the parameter that names one."""

from dakehu.foundation.schema.resources import Resource, declare

declare(Resource("mailbox.Mailbox", key="mailbox", list="mailbox.list"))
