"""What exists about clients (nouns), one subject a file."""

from dakehu.rooms.clients.models.alike import Former, NotTheSame
from dakehu.rooms.clients.models.client import Client, History
from dakehu.rooms.clients.models.contact import Consent, Contact, KeyDate
from dakehu.rooms.clients.models.cover import ClientTag, Coverage, Tag
from dakehu.rooms.clients.models.kin import Group, Member
from dakehu.rooms.clients.models.line import SearchLine
from dakehu.rooms.clients.models.needs import Needs

__all__ = ["Client", "ClientTag", "Consent", "Contact", "Coverage", "Former", "Group", "History", "KeyDate", "Member",
           "Needs", "NotTheSame", "SearchLine", "Tag"]  # fmt: skip
