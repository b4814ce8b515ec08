"""CalDAV client (RFC 4791): find the calendar, list versions, read, write and delete events.

Every write states the version that it replaces (If-Match, If-None-Match), so that changes by other programs are not
overwritten.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from dakehu.exchange.connectors.http import PoliteClient, check_address
from dakehu.exchange.connectors.source import source_refusal
from dakehu.foundation.base.i18n import bilingual

D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"'
TOGETHER = 50  # events per read request
LARGEST = 50_000_000  # bytes of a response
XML = {"Content-Type": "application/xml; charset=utf-8"}
ICS = {"Content-Type": "text/calendar; charset=utf-8"}


@dataclass(frozen=True)
class DavAccount:
    """The credentials of a calendar. The password is in plain text only here."""

    name: str
    url: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Resource:
    """An event as stored by the server."""

    href: str
    etag: str
    content: bytes = b""


class CalendarServer:
    """A calendar on a server. Methods raise Refused, with a text that states the remedy, if the server fails."""

    def __init__(self, account: DavAccount) -> None:
        self.account = account
        self.url = check_address(account.url) + "/"
        self.client = PoliteClient(account.name)
        self.client.client.auth = (account.username, account.password)

    def __enter__(self) -> "CalendarServer":
        return self

    def __exit__(self, *_: Any) -> None:
        self.client.close()

    def find_calendar(self) -> str:
        """Return the address of the calendar: the configured one, or the only one of the signed-in user.

        Raises Refused where there are several or none.
        """
        found = self._properties(self.url, "<d:resourcetype/><d:current-user-principal/><c:calendar-home-set/>", 0)
        for _, properties in found:
            if _is_calendar(properties):
                return self.url
        home = self._home(found)
        listed = self._properties(home, "<d:resourcetype/><d:displayname/>", 1) if home else []
        calendars = [href for href, properties in listed if _is_calendar(properties)]
        if len(calendars) == 1:
            return self._absolute(calendars[0])
        named = ", ".join(self._absolute(href) for href in calendars[:6])
        raise self._refusal(
            "有多个日历，请填写其中一个的地址：{named}" if calendars else "该地址没有日历，请填写日历的完整地址。",
            "There are several calendars; state the address of one: {named}"
            if calendars
            else "There is no calendar at that address; state its full address.",
            named=named,
        )

    def _home(self, found: list[tuple[str, Any]]) -> str:
        """Return the address of the signed-in user's calendars, "" if the server does not state it."""
        for _ in range(2):
            for _, properties in found:
                home = properties.find(f"{C}calendar-home-set/{D}href")
                if home is not None and home.text:
                    return self._absolute(home.text)
            principal = next(
                (
                    one.text
                    for _, properties in found
                    if (one := properties.find(f"{D}current-user-principal/{D}href")) is not None and one.text
                ),
                "",
            )
            if not principal:
                return ""
            found = self._properties(self._absolute(principal), "<c:calendar-home-set/>", 0)
        return ""

    def ctag(self) -> str:
        """Return the version of the whole calendar, "" if the server provides none."""
        for _, properties in self._properties(self.url, "<cs:getctag/><d:sync-token/>", 0):
            for name in (f"{CS}getctag", f"{D}sync-token"):
                found = properties.find(name)
                if found is not None and found.text:
                    return found.text
        return ""

    def etags(self) -> dict[str, str]:
        """Return {address of an event: its version}."""
        listed = self._properties(self.url, "<d:getetag/><d:resourcetype/>", 1)
        found = {}
        for href, properties in listed:
            etag = properties.find(f"{D}getetag")
            is_collection = properties.find(f"{D}resourcetype/{D}collection") is not None
            if etag is not None and etag.text and not is_collection:
                found[href] = etag.text
        return found

    def read(self, hrefs: Iterable[str]) -> Iterator[Resource]:
        """Yield events by their addresses; events deleted in the meantime are omitted."""
        wanted = list(hrefs)
        for some in (wanted[at : at + TOGETHER] for at in range(0, len(wanted), TOGETHER)):
            named = "".join(f"<d:href>{escape(href)}</d:href>" for href in some)
            body = f"<c:calendar-multiget {NAMES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{named}</c:calendar-multiget>"
            for href, properties in self._ask("REPORT", self.url, body, 1):
                data, etag = properties.find(f"{C}calendar-data"), properties.find(f"{D}getetag")
                if data is not None and data.text and etag is not None and etag.text:
                    yield Resource(href, etag.text, data.text.encode())

    def put(self, href: str, content: bytes, etag: str = "") -> str | None:
        """Write an event: replacing version `etag`, or as a new event. Returns its new version ("" if the server does
        not state it), None if another client has written in the meantime."""
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        answer = self.client.request("PUT", self._absolute(href), content=content, headers={**ICS, **condition})
        if answer.status_code in (404, 409, 412):
            return None
        self._check(answer, (200, 201, 204))
        return str(answer.headers.get("ETag", ""))

    def delete(self, href: str, etag: str) -> bool:
        """Delete a version of an event; return True if deleted, False if another client has since written."""
        answer = self.client.request("DELETE", self._absolute(href), headers={"If-Match": etag} if etag else {})
        if answer.status_code == 412:
            return False
        self._check(answer, (200, 202, 204, 404, 410))
        return True

    def _properties(self, url: str, names: str, depth: int) -> list[tuple[str, Any]]:
        return self._ask("PROPFIND", url, f"<d:propfind {NAMES}><d:prop>{names}</d:prop></d:propfind>", depth)

    def _ask(self, method: str, url: str, body: str, depth: int) -> list[tuple[str, Any]]:
        """Return [(address, properties found)] of a multistatus response."""
        headers = {**XML, "Depth": str(depth)}
        answer = self.client.request(method, url, content=body.encode(), headers=headers)
        self._check(answer, (207,))
        if len(answer.content) > LARGEST or b"<!DOCTYPE" in answer.content or b"<!ENTITY" in answer.content:
            raise self._refusal("的回答无法读取。", "Its answer cannot be read.")
        try:
            root = ElementTree.fromstring(answer.content)  # noqa: S314  refused above: entities
        except ElementTree.ParseError as fault:
            raise self._refusal("的回答无法读取。", "Its answer cannot be read.") from fault
        found = []
        for response in root.iter(f"{D}response"):
            href = response.find(f"{D}href")
            for part in response.iter(f"{D}propstat"):
                status, properties = part.find(f"{D}status"), part.find(f"{D}prop")
                is_good = status is None or " 200 " in f"{status.text} "
                if href is not None and href.text and properties is not None and is_good:
                    found.append((_path(href.text), properties))
        return found

    def _absolute(self, href: str) -> str:
        """Return the address of an event. Raises Refused for another server, which must not get the password."""
        url = urljoin(self.url, href)
        if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
            raise self._refusal("指向另一台服务器，已停止。", "It points to another server; stopped.")
        return url

    def _check(self, answer: Any, expected: tuple[int, ...]) -> None:
        """Raise Refused for an unexpected status."""
        if answer.status_code in expected:
            return
        if answer.status_code in (401, 403):
            raise self._refusal("登录被拒，请核对登录名和密码。", "Sign-in refused: check user name and password.")
        if answer.status_code in (301, 302, 307, 308):
            raise self._refusal(
                "地址已改为 {where}，请修改连接。",
                "Its address has changed to {where}; change the connection.",
                where=str(answer.headers.get("Location", ""))[:200],
            )
        raise self._refusal("的服务器回答 {code}。", "Its server answered {code}.", code=answer.status_code)

    def _refusal(self, zh: str, en: str, **values: Any) -> Exception:
        return source_refusal(bilingual("“{name}”" + zh, "“{name}”: " + en, name=self.account.name, **values))


def _path(href: str) -> str:
    """Return the path of an address; servers do not always write an address in the same form."""
    return urlsplit(href).path if "://" in href else href


def path_of(href: str) -> str:
    """Return the path of an event used to look it up, independent of escaping."""
    return unquote(_path(href))


def _is_calendar(properties: Any) -> bool:
    return properties.find(f"{D}resourcetype/{C}calendar") is not None
