"""The requests that real programs are known to send, and the required answers. The numbers are those of the survey that
collected them from public traces and issue threads (docs/decisions 0103)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dakehu.interfaces.cli.odata_check.desk import Answer, Desk

Expect = Callable[[Answer, Desk], None]
MINIMAL = "application/json;odata.metadata=minimal"
INJECTION = "x'' or 1=1 or name like ''y"


class Unexpected(Exception):
    """The answer is not usable by a program."""


def hold(is_so: object, why: str) -> None:
    if not is_so:
        raise Unexpected(why)


@dataclass(frozen=True)
class Request:
    """One request: its number, the path below the root ({key}: a client in scope), the check of its answer."""

    number: str
    path: str
    expect: Expect
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    is_signed_in: bool = True
    filters_by: str = ""  # a client's property without which it is refused (400)

    def run(self, desk: Desk) -> str:
        """Return the error of the answer, "" without one."""
        path = self.path.replace("{key}", str(desk.key) if "{key}" in self.path else "")
        path = path.replace("{foreign}", str(desk.foreign or 999_999_999))
        answer = desk.ask(path, dict(self.headers), self.method, self.is_signed_in)
        try:
            hold(answer.status < 500 or answer.status == 501, f"status {answer.status}")
            if self.filters_by in desk.fixed:
                fault(400)(answer, desk)
            else:
                self.expect(answer, desk)
        except (Unexpected, LookupError, ValueError, TypeError) as wrong:
            return f"{type(wrong).__name__}: {wrong}"[:300]
        return ""


# --- checks of answers --------------------------------------------------------------------------


def fault(*statuses: int) -> Expect:
    """Check for an OData error with one of these statuses."""

    def expect(answer: Answer, desk: Desk) -> None:
        hold(answer.status in statuses, f"status {answer.status}")
        hold(answer.json["error"]["code"] and answer.json["error"]["message"], "no error code or message")
        hold("Traceback" not in answer.text, "a stack trace")

    return expect


def challenged(answer: Answer, desk: Desk) -> None:
    fault(401)(answer, desk)
    asked = answer.headers.get("www-authenticate", [""])[0]
    hold(asked.startswith("Basic realm="), f"WWW-Authenticate: {asked}")
    hold("authorization_uri" not in asked, "asks for an organizational account")


def service_document(answer: Answer, desk: Desk) -> None:
    of_json(answer)
    for one in answer.json["value"]:
        hold(one["name"] == one["url"] and one["kind"] == "EntitySet", f"entry {one}")
    hold("Clients" in {one["name"] for one in answer.json["value"]}, "no Clients")


def metadata(answer: Answer, desk: Desk) -> None:
    hold(answer.status == 200, f"status {answer.status}")
    hold(answer.headers["content-type"][0].startswith("application/xml"), answer.headers["content-type"][0])
    hold(b"edmx:Edmx" in answer.body and desk.properties["id"] == "Edm.Int64", "no CSDL")


def of_json(answer: Answer) -> None:
    hold(answer.status == 200, f"status {answer.status}: {answer.text[:200]}")
    hold(answer.headers.get("odata-version") == ["4.0"], f"OData-Version {answer.headers.get('odata-version')}")
    hold(answer.headers["content-type"][0].startswith(MINIMAL), answer.headers["content-type"][0])
    hold("$metadata" in answer.json["@odata.context"], "no context")


def rows(check: Callable[[Answer, Desk], Any] = lambda answer, desk: True) -> Expect:
    """Check for rows that also pass `check`."""

    def expect(answer: Answer, desk: Desk) -> None:
        of_json(answer)
        hold(isinstance(answer.json["value"], list), "no value")
        hold(check(answer, desk), f"other rows than expected: {answer.text[:200]}")

    return expect


def nothing(answer: Answer, desk: Desk) -> bool:
    return answer.rows == []


def first(number: int, start: int = 0) -> Expect:
    """Check for these rows of the list in its own order, all on one page."""

    def check(answer: Answer, desk: Desk) -> bool:
        whole = desk.known("Clients?$select=id&$top=1000").ids
        return answer.ids == whole[start : start + number] and "@odata.nextLink" not in answer.json

    return rows(check)


def only(*names: str) -> Expect:
    def check(answer: Answer, desk: Desk) -> bool:
        is_said = answer.json["@odata.context"].endswith(f"#Clients({','.join(names)})")
        return is_said and all(set(row) == set(names) for row in answer.rows)

    return rows(check)


def number(check: Callable[[int, Desk], bool]) -> Expect:
    def expect(answer: Answer, desk: Desk) -> None:
        hold(answer.status == 200, f"status {answer.status}")
        hold(answer.headers["content-type"][0].startswith("text/plain"), answer.headers["content-type"][0])
        hold(answer.text.isdecimal() and check(int(answer.text), desk), f"counted {answer.text[:40]}")

    return expect


def every_page(answer: Answer, desk: Desk) -> None:
    """Check that every row is on one page only, and that the last page has no link."""
    of_json(answer)
    seen, page = list(answer.ids), answer
    while "@odata.nextLink" in page.json:
        hold(page.json["@odata.nextLink"].startswith("http"), "the link is not absolute")
        page = desk.ask(page.json["@odata.nextLink"], {"Prefer": "odata.maxpagesize=7"})
        of_json(page)
        hold(0 < len(page.rows) <= 7, f"a page of {len(page.rows)} rows")
        seen += page.ids
        if len(seen) > 70:
            break
    hold(len(set(seen)) == len(seen), "a row came twice")
    hold(len(seen) > 70 or len(seen) == desk.count, f"{len(seen)} rows of {desk.count}")


def sorted_rows(answer: Answer, desk: Desk) -> bool:
    """Check the order: largest first, rows without a value last, equal values by code."""
    keys = [(row["assets"] is None, -(row["assets"] or 0), row["code"]) for row in answer.rows]
    return keys == sorted(keys)


def each(column: str, is_so: Callable[[Any], bool]) -> Expect:
    return rows(lambda answer, desk: all(is_so(row[column]) for row in answer.rows))


def holding(text: str) -> Expect:
    """Check for clients whose name contains a text literally."""
    return each("name", lambda name: text in name)


def same_as(path: str) -> Expect:
    return rows(lambda answer, desk: answer.rows == desk.known(path).rows)


def masked_as_it_is(answer: Answer, desk: Desk) -> bool:
    """Check that a sealed value is never returned in clear."""
    return all(
        set(row) == {"id_number"} and (row["id_number"] is None or "*" in row["id_number"]) for row in answer.rows
    )


def one_entity(answer: Answer, desk: Desk) -> None:
    of_json(answer)
    hold(answer.json["@odata.context"].endswith("#Clients/$entity"), answer.json["@odata.context"])
    hold(answer.json["id"] == desk.key, "another client")


def related(answer: Answer, desk: Desk) -> bool:
    return all(row["Client"] is None or row["Client"]["id"] == row["client_id"] for row in answer.rows)


def empty_body(answer: Answer, desk: Desk) -> None:
    hold(answer.status == 200 and not answer.body, f"status {answer.status}, {len(answer.body)} bytes")


def packed(answer: Answer, desk: Desk) -> None:
    of_json(answer)
    hold(answer.headers.get("x-was-encoded") == ["gzip"] or len(answer.body) <= 1000, "not compressed")


def within(row: dict[str, Any], start: str, end: str) -> bool:
    moment = datetime.fromisoformat(row["held_at"])
    return datetime.fromisoformat(start) <= moment < datetime.fromisoformat(end)


# --- the requests ------------------------------------------------------------------------------------

BARE = (("Authorization", "Bearer "),)
WHOLE = "Clients?$select=id,segment"
MONTH = "Interactions?$filter=held_at ge 2026-11-01T00:00:00{z} and held_at lt 2026-12-01T00:00:00{z}"
ANY_ROWS = rows()


def requests() -> list[Request]:
    """Return every request in the order of the survey."""
    return [*_service(), *_pages(), *_filters(), *_text_filters(), *_refused(), *_manners()]


def _service() -> list[Request]:
    return [
        Request("1", "", challenged, is_signed_in=False),
        Request("2", "", challenged, BARE, is_signed_in=False),
        Request("3", "", service_document),
        Request("4", "..", service_document),
        Request("5", "?unknown=1", service_document),
        Request("6", "$metadata", metadata),
        Request("7", "$metadata", metadata, (("Accept", "application/xml"),)),
    ]


def _pages() -> list[Request]:
    return [
        Request("8", "Clients", rows(lambda answer, desk: len(answer.rows) == min(desk.count, 5000))),
        Request("9", "Clients?$select=id", every_page, (("Prefer", "odata.maxpagesize=7"),)),
        Request("10", "Clients?$top=1000", first(1000)),
        Request("11", "Clients?$top=10", first(10)),
        Request("12", "Clients?$top=0", rows(nothing)),
        Request("13", "Clients?$skip=20&$top=10", first(10, start=20)),
        Request("14", "Clients?$select=code%2Cname", only("code", "name")),
        Request("15", "Clients?$filter=segment eq '钻石'&$select=segment", each("segment", lambda v: v == "钻石")),
        Request("16", "Clients?$orderby=assets desc%2Ccode&$top=200", rows(sorted_rows), filters_by="assets"),
        Request("17", "Clients/$count", number(lambda n, desk: n == desk.count)),
        Request(
            "18",
            "Clients/$count?$filter=assets gt 1000000",
            number(lambda n, desk: n == len(desk.known("Clients?$filter=assets gt 1000000").rows)),
            filters_by="assets",
        ),
        Request("19", "Clients?$count=true&$top=1", rows(lambda a, desk: a.json["@odata.count"] == desk.count)),
    ]


def _filters() -> list[Request]:
    by_in, by_or = "segment in ('金卡','钻石')", "segment eq '金卡' or segment eq '钻石'"
    return [
        Request(
            "20",
            MONTH.replace("{z}", "Z"),
            rows(
                lambda a, d: all(
                    within(row, "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00") for row in a.rows
                )
            ),
        ),
        Request(
            "21",
            MONTH.replace("{z}", "%2B08:00"),
            rows(
                lambda a, d: all(
                    within(row, "2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00") for row in a.rows
                )
            ),
        ),
        Request("21b", MONTH.replace("{z}", " 08:00"), same_as(MONTH.replace("{z}", "%2B08:00"))),
        Request(
            "22",
            "Clients?$filter=birth_on ge 1960-01-01",
            each("birth_on", lambda v: v >= "1960-01-01"),
            filters_by="birth_on",
        ),
        Request(
            "23",
            "Clients?$filter=year(birth_on) eq 1960 and month(birth_on) eq 5",
            each("birth_on", lambda v: v.startswith("1960-05")),
            filters_by="birth_on",
        ),
        Request("26", "Clients?$filter=segment eq null&$select=segment", each("segment", lambda v: v is None)),
        Request("26b", "Clients?$filter=segment ne null&$select=segment", each("segment", lambda v: v is not None)),
        Request(
            "27", "Clients?$filter=not (segment eq '钻石')&$select=segment", each("segment", lambda v: v != "钻石")
        ),
        Request("28", f"Clients?$filter={by_in}", same_as(f"Clients?$filter={by_or}")),
        Request("29", "Clients?$filter=walled eq true&$select=walled", each("walled", lambda v: v is True)),
        Request("29b", "Clients?$filter=assets gt -5", each("assets", lambda v: v > -5), filters_by="assets"),
        Request("29c", "Clients?$filter=assets gt 1e5", each("assets", lambda v: v > 1e5), filters_by="assets"),
        Request("30", "Clients?$filter=assets gt 1000.50M", fault(400)),
        Request("30b", "Clients?$filter=id eq 5L", fault(400)),
    ]


def _text_filters() -> list[Request]:
    by_name = "Clients?$filter=contains(name,'{text}')"
    signs = [("24", "O''Neil", "O'Neil"), ("24b", "%25", "%"), ("24c", "_", "_"), ("24d", "\\", "\\")]
    return [
        *(Request(n, by_name.replace("{text}", text), holding(plain), filters_by="name") for n, text, plain in signs),
        Request("24e", by_name.replace("{text}", INJECTION), rows(nothing), filters_by="name"),
        Request(
            "25", "Clients?$filter=startswith(name,'张')", each("name", lambda v: v.startswith("张")), filters_by="name"
        ),
        Request(
            "25b", "Clients?$filter=endswith(name,'伟')", each("name", lambda v: v.endswith("伟")), filters_by="name"
        ),
        Request("31", "Clients?$filter=id_number eq '110101190001011237'", rows(nothing), filters_by="id_number"),
        Request("31b", "Clients?$orderby=id_number", fault(400)),
        Request("31c", "Clients?$select=id_number", rows(masked_as_it_is)),
        Request("31d", "Clients?$filter=contains(id_number,'1')", fault(400)),
    ]


def _refused() -> list[Request]:
    return [
        Request("32", "Clients({key})", one_entity),
        Request("32b", "Clients(999999999)", fault(404)),
        Request("32c", "Clients({foreign})", fault(404)),
        Request("32d", "Clients?$filter=id eq {foreign}", rows(nothing)),
        Request(
            "33", "Clients({key})/Interactions", rows(lambda a, d: all(row["client_id"] == d.key for row in a.rows))
        ),
        Request("33b", "Interactions?$expand=Client", rows(related)),
        Request("33c", "Clients({foreign})/Interactions", fault(404)),
        Request("34", "Clients?$apply=aggregate(assets with sum as total)", fault(501)),
        Request("34b", "Clients?$search=a", fault(501)),
        Request("34c", "Clients?$compute=assets mul 2 as twice", fault(501)),
        Request("34d", "$batch", fault(501), method="POST"),
        Request("34e", "Clients", fault(405), method="POST"),
        Request("34f", "Clients({key})", fault(405), method="DELETE"),
        Request("34g", "Clients?$filter=matchesPattern(code,'^K')", fault(501)),
        Request("34h", "Clients?$filter=pk eq 1", fault(400)),
    ]


def _manners() -> list[Request]:
    atom = (("Accept", "application/atom+xml"),)
    return [
        Request("35", "Clients?$top=1", ANY_ROWS, (("OData-MaxVersion", "3.0"),)),
        Request("35b", "Clients?$format=json&$top=1", ANY_ROWS),
        Request("35c", "Clients?$top=1", ANY_ROWS, (("Accept", "*/*"),)),
        Request("35d", "Clients?$top=1", empty_body, method="HEAD"),
        Request("35e", "Clients?$top=50", packed),
        Request("35f", "Clients?$top=1", ANY_ROWS, atom),
    ]
