"""Models of clients, one subject per file."""

from dakehu.domains.clients.models.client import Client, History
from dakehu.domains.clients.models.contact import Consent, Contact, KeyDate
from dakehu.domains.clients.models.coverage import ClientTag, Coverage, Tag
from dakehu.domains.clients.models.group import Group, Member
from dakehu.domains.clients.models.marketing import MarketingFreeze
from dakehu.domains.clients.models.merge import MergedClient, NotDuplicate
from dakehu.domains.clients.models.needs import Needs
from dakehu.domains.clients.models.recent import RecentClient
from dakehu.domains.clients.models.search_entry import SearchLine

__all__ = [
           "Client",
           "ClientTag",
           "Consent",
           "Contact",
           "Coverage",
           "Group",
           "History",
           "KeyDate",
           "MarketingFreeze",
           "Member",
           "MergedClient",
           "Needs",
           "NotDuplicate",
           "RecentClient",
           "SearchLine",
           "Tag",
]  # fmt: skip
