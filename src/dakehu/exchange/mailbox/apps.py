"""Configure the app of mailboxes."""

from dakehu.foundation.domain_config import DomainConfig


class MailboxConfig(DomainConfig):
    """Mailboxes: their tables, permissions, actions, queries, job and nightly step register themselves."""

    name = "dakehu.exchange.mailbox"
    label = "mailbox"
