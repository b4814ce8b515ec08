"""Zoho CRM, API v8: first load in bulk, then windows of what changed, deleted records, and rows written back.

Sources: the vendor's OpenAPI files and SDK (zohocrmsdk8_0 7.0.0); docs/connections.md states how certain each fact is.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from dakehu.exchange.connectors.http import PoliteClient, check_address
from dakehu.exchange.connectors.source import (
    ID,
    MAIL,
    MODIFIED,
    MOMENT,
    NAME,
    Account,
    Page,
    SourceColumn,
    SourceTableShape,
    Written,
    as_moment,
    as_number,
    frame_of,
    source_refusal,
    unexpected_answer,
)
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SYSTEM = "Zoho CRM"
TABLES = ("Accounts", "Contacts", "Leads", "Deals", "Tasks", "Events", "Calls", "Notes")
MOST_FIELDS, PER_PAGE, WRITTEN_AT_ONCE = 50, 200, 100
BULK_POLL, BULK_POLLS = 3.0, 400  # seconds between polls of a bulk job, and maximum number of polls
NO_BULK = ("INVALID_MODULE", "MODULE_NOT_SUPPORTED", "NOT_SUPPORTED")
FIRST = ("Owner", "Modified_Time", "Created_Time", "Description")  # fields that are requested before the others
KINDS = {
    "integer": "number",
    "bigint": "number",
    "double": "number",
    "currency": "number",
    "percent": "number",
    "date": "date",
    "datetime": "datetime",
    "boolean": "bool",
    "picklist": "choice",
    "multiselectpicklist": "choice",
    "lookup": "reference",
    "ownerlookup": "person",
    "userlookup": "person",
}
HOSTS = (
    "zohoapis.com",
    "zohoapis.com.cn",
    "zohoapis.eu",
    "zohoapis.in",
    "zohoapis.com.au",
    "zohoapis.jp",
    "zohoapis.ca",
    "zohoapis.sa",
)
UNREAD = ("subform", "profileimage", "fileupload", "imageupload", "multi_lookup", "multiuserlookup", "consent_lookup")


class ZohoSource:
    """A Zoho organisation, read and written with a refresh token."""

    def __init__(self, account: Account) -> None:
        self.account, self.http = account, PoliteClient(SYSTEM)
        self.api = check_address(account.address)
        self.accounts = check_address(account.sign_in_address or account.address)
        self.token = ""
        self.not_read: list[str] = []
        self.people: dict[str, tuple[str, str]] | None = None
        self.left_out: dict[str, list[str]] = {}

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    # --- signing in --------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Exchange the refresh token for an access token; use the domain in the response. Errors have status 200."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.account.app_id,
            "client_secret": self.account.app_secret,
            "refresh_token": self.account.grant,
        }
        answer = _json(self.http.request("POST", f"{self.accounts}/oauth/v2/token", data=form))
        if "access_token" not in answer:
            raise source_refusal(
                bilingual(
                    "Zoho 拒绝登录（{why}）。请在 Zoho 重新生成授权码，并在“更换密钥”中填写。",
                    "Zoho refused the sign-in ({why}). Make a new grant at Zoho and enter it under “Replace the secrets”.",
                    why=str(answer.get("error", "?"))[:60],
                )
            )
        self.token = str(answer["access_token"])
        self._follow(str(answer.get("api_domain") or self.api))

    def _follow(self, domain: str) -> None:
        """Continue at the domain of the organisation, if it is one of Zoho's or the address that was entered."""
        host, entered = urlsplit(domain).hostname or "", urlsplit(self.api).hostname
        if host != entered and not any(host == known or host.endswith(f".{known}") for known in HOSTS):
            raise source_refusal(
                bilingual(
                    "登录后要求改连“{host}”，它不是 Zoho 的地址，没有继续。请核对接口地址。",
                    "The sign-in named “{host}” to go on with, which is none of Zoho's addresses. Check the address.",
                    host=host[:80],
                )
            )
        self.api = check_address(domain)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """Call the API; renew an expired token once. Raises Refused for errors."""
        headers = options.pop("headers", {})
        for attempt in (1, 2):
            response = self.http.request(
                method,
                self.api + path,
                headers={**headers, "Authorization": f"Zoho-oauthtoken {self.token}"},
                **options,
            )
            if response.status_code == 401 and attempt == 1:
                self.sign_in()
                continue
            return response
        return response

    def _answer(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Return the JSON of a call, {} if empty. Raises Refused with the error code."""
        response = self._call(method, path, **options)
        if response.status_code in (204, 304):
            return {}
        answer = _json(response)
        if response.status_code >= 400:
            raise Fault(str(answer.get("code", response.status_code)), path)
        return answer

    # --- describing --------------------------------------------------------------------------------

    def describe(self) -> list[SourceTableShape]:
        """Return the modules that the desk reads, each with at most 50 fields; `left_out` names the others."""
        modules = {
            str(row.get("api_name")): row for row in self._answer("GET", "/crm/v8/settings/modules").get("modules", [])
        }
        self.not_read = sorted(name for name, row in modules.items() if name not in TABLES and row.get("api_supported"))
        tables = []
        for name in TABLES:
            if name not in modules:
                continue
            fields = self._answer("GET", "/crm/v8/settings/fields", params={"module": name}).get("fields", [])
            tables.append(
                SourceTableShape(name, str(modules[name].get("plural_label") or name), self._columns(name, fields))
            )
        return tables

    def _columns(self, table: str, fields: list[dict[str, Any]]) -> tuple[SourceColumn, ...]:
        """Return the columns of a module: required ones and those that the desk needs first, 50 at most."""
        columns = [
            SourceColumn(
                str(row["api_name"]),
                str(row.get("field_label") or row["api_name"]),
                KINDS.get(str(row.get("data_type")), "text"),
                bool(row.get("system_mandatory")),
            )
            for row in fields
            if row.get("api_name") not in (None, "id") and row.get("data_type") not in UNREAD
        ]
        custom = [str(row.get("api_name")) for row in fields if row.get("custom_field")]
        columns.sort(
            key=lambda c: (c.name not in FIRST and not c.required, c.name in custom and len(columns) > MOST_FIELDS)
        )
        self.left_out[table] = [c.label for c in columns[MOST_FIELDS:]]
        return tuple(columns[:MOST_FIELDS])

    # --- reading -----------------------------------------------------------------------------------

    def pages(self, table: SourceTableShape, since: str, place: str = "") -> Iterator[Page]:
        """Yield all rows by bulk jobs, or those changed since a moment (one second before it, so that none is missed)."""
        at: dict[str, Any] = json.loads(place) if place else {}
        if not since and "page_token" not in at:
            try:
                yield from self._bulk(table, at)
                return
            except Fault as fault:
                if fault.code not in NO_BULK:
                    raise
        yield from self._windows(table, since, at)

    def _windows(self, table: SourceTableShape, since: str, at: dict[str, Any]) -> Iterator[Page]:
        """Yield pages of 200; beyond 2,000 rows only the token of the previous page works, so it is always used."""
        headers = {"If-Modified-Since": _iso(since)} if since else {}
        names = [column.name for column in table.columns]
        token = at.get("page_token")
        while True:
            asked = {"fields": ",".join(names), "per_page": PER_PAGE, "sort_by": "id", "sort_order": "asc"}
            asked |= {"page_token": token} if token else {"page": 1}
            answer = self._answer("GET", f"/crm/v8/{table.name}", params=asked, headers=headers)
            info = answer.get("info", {})
            token = info.get("next_page_token") if info.get("more_records") else None
            if info.get("more_records") and not token:
                raise unexpected_answer(SYSTEM, "more_records, next_page_token")
            rows = [self._row(table, row) for row in answer.get("data", [])]
            yield Page(frame_of(rows, self._names(table)), json.dumps({"page_token": token}) if token else "")
            if not token:
                return

    def _bulk(self, table: SourceTableShape, at: dict[str, Any]) -> Iterator[Page]:
        """Yield the results of bulk jobs, up to 200,000 rows each; a job started before an interruption is resumed."""
        job, token = at.get("job"), at.get("bulk_token")
        names = [column.name for column in table.columns]
        while True:
            if not job:
                query: dict[str, Any] = {"module": {"api_name": table.name}, "fields": names}
                query |= {"page_token": token} if token else {"page": 1}
                made = self._answer("POST", "/crm/bulk/v8/read", json={"query": query, "file_type": "csv"})
                job = str(made["data"][0]["details"]["id"])
                yield Page(frame_of([], self._names(table)), json.dumps({"job": job}))
            result = self._bulk_result(job)
            rows = [self._row(table, row) for row in self._bulk_rows(job)]
            token = result.get("next_page_token") if result.get("more_records") else None
            if result.get("more_records") and not token:
                raise unexpected_answer(SYSTEM, "bulk read: more_records, next_page_token")
            job = None
            yield Page(frame_of(rows, self._names(table)), json.dumps({"bulk_token": token}) if token else "")
            if not token:
                return

    def _bulk_result(self, job: str) -> dict[str, Any]:
        """Wait for a bulk job and return its result. Raises Refused if it failed or takes too long."""
        for _ in range(BULK_POLLS):
            row = self._answer("GET", f"/crm/bulk/v8/read/{job}")["data"][0]
            if row.get("state") == "COMPLETED":
                return dict(row.get("result") or {})
            if row.get("state") in ("FAILURE", "FAILED"):
                raise Fault("BULK_FAILURE", f"/crm/bulk/v8/read/{job}")
            self.http.pause(BULK_POLL)
        raise source_refusal(
            bilingual(
                "Zoho 的批量任务 {job} 迟迟没有完成。请稍后再运行，会接着等它。",
                "Zoho's bulk job {job} does not finish. Run again later; it is waited for further.",
                job=job,
            )
        )

    def _bulk_rows(self, job: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of the one CSV file in the archive of a bulk job."""
        response = self._call("GET", f"/crm/bulk/v8/read/{job}/result")
        if response.status_code != 200:
            raise Fault(str(response.status_code), "bulk result")
        try:
            with zipfile.ZipFile(io.BytesIO(response.content)) as archive, archive.open(archive.namelist()[0]) as part:
                yield from csv.DictReader(io.TextIOWrapper(part, encoding="utf-8-sig", newline=""))
        except (zipfile.BadZipFile, IndexError, UnicodeDecodeError) as error:
            raise unexpected_answer(SYSTEM, "bulk read result") from error

    def _names(self, table: SourceTableShape) -> list[str]:
        """Return the columns of a frame: those of the table, plus name and mail for each person."""
        people = [c.name for c in table.columns if c.kind == "person"]
        return [*(c.name for c in table.columns), *(f"{n}{end}" for n in people for end in (NAME, MAIL))]

    def _row(self, table: SourceTableShape, row: dict[str, Any]) -> dict[str, str]:
        """Return a record as text, both from JSON and from bulk CSV."""
        cells = {ID: str(row.get("id") or row.get("Id") or "")}
        for column in table.columns:
            value = row.get(column.name)
            cells[column.name] = _cell(column.kind, value)
            if column.kind == "person":
                name, mail = self._person(value)
                cells[column.name + NAME], cells[column.name + MAIL] = name, mail
        cells[MODIFIED] = as_moment(row.get("Modified_Time") or "")
        return cells

    def _person(self, value: Any) -> tuple[str, str]:
        """Return name and mail of a user by the id in a record."""
        if self.people is None:
            self.people = {}
            page = 1
            while True:
                answer = self._answer(
                    "GET", "/crm/v8/users", params={"type": "AllUsers", "page": page, "per_page": PER_PAGE}
                )
                for user in answer.get("users", []):
                    self.people[str(user.get("id"))] = str(user.get("full_name") or ""), str(user.get("email") or "")
                if not answer.get("info", {}).get("more_records"):
                    break
                page += 1
        number = str(value.get("id", "")) if isinstance(value, dict) else str(value or "")
        stated = (str(value.get("name") or ""), str(value.get("email") or "")) if isinstance(value, dict) else ("", "")
        return self.people.get(number, stated)

    def deleted(self, table: SourceTableShape, since: str) -> list[str]:
        """Return the ids of records deleted since a moment; none on a first load."""
        found: list[str] = []
        page = 1
        while since:
            asked = {"type": "all", "page": page, "per_page": PER_PAGE}
            answer = self._answer(
                "GET", f"/crm/v8/{table.name}/deleted", params=asked, headers={"If-Modified-Since": _iso(since)}
            )
            found += [str(row["id"]) for row in answer.get("data", [])]
            if not answer.get("info", {}).get("more_records"):
                break
            page += 1
        return found

    # --- writing -----------------------------------------------------------------------------------

    def write_back(self, table: str, rows: list[dict[str, Any]]) -> list[Written]:
        """Upsert rows in hundreds, each by its record's id; without workflows or mails in the other system."""
        written: list[Written] = []
        for first in range(0, len(rows), WRITTEN_AT_ONCE):
            part = [
                {**{n: v for n, v in row.items() if n != ID}, **({"id": row[ID]} if row.get(ID) else {})}
                for row in rows[first : first + WRITTEN_AT_ONCE]
            ]
            answer = self._answer("POST", f"/crm/v8/{table}/upsert", json={"data": part, "trigger": []})
            written += [
                Written(str(row.get("details", {}).get("id", "")))
                if row.get("status") == "success"
                else Written("", f"{row.get('code')}: {row.get('details', {}).get('api_name', '')}".strip(": "))
                for row in answer.get("data", [])
            ]
        return written


REMEDIES = {
    "OAUTH_SCOPE_MISMATCH": bilingual(
        "授权范围不够，需要 ZohoCRM.modules.READ、ZohoCRM.settings.READ、ZohoCRM.users.READ、ZohoCRM.bulk.READ",
        "the grant lacks a scope: ZohoCRM.modules.READ, ZohoCRM.settings.READ, ZohoCRM.users.READ, ZohoCRM.bulk.READ",
    ),
    "INVALID_TOKEN": bilingual("令牌无效，请更换密钥", "the token is not valid; replace the secrets"),
    "NO_PERMISSION": bilingual("授权的人员没有权限", "whoever granted it may not do this"),
}


class Fault(Refused):
    """A refusal with an error code of Zoho: its meaning, and what to do."""

    def __init__(self, code: str, path: str) -> None:
        self.code = code
        why = REMEDIES.get(code, bilingual("请核对 Zoho 的设置", "check the settings at Zoho"))
        message = bilingual(
            "Zoho 拒绝了请求（{code}，{path}）：{why}。",
            "Zoho refused ({code}, {path}): {why}.",
            code=code[:60],
            path=path,
            why=why,
        )
        super().__init__({"connection": [message]})


def _json(response: Any) -> dict[str, Any]:
    """Return the JSON object of a response, decimals exact. Raises Refused for anything else."""
    try:
        answer = json.loads(response.text or "{}", parse_float=Decimal)
    except ValueError as error:
        raise unexpected_answer(SYSTEM, f"HTTP {response.status_code}") from error
    if not isinstance(answer, dict):
        raise unexpected_answer(SYSTEM, f"HTTP {response.status_code}")
    return answer


def _cell(kind: str, value: Any) -> str:
    """Return a value as text (form: see source.py)."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, dict):
        return str(value.get("id") or value.get("name") or "")
    if isinstance(value, list):
        return "；".join(_cell(kind, one) for one in value)
    if kind == "bool":
        return "是" if str(value).lower() == "true" else "否"
    if kind == "choice":
        return "；".join(str(value).split(";"))
    if kind == "number":
        return as_number(value)
    return as_moment(value) if kind == "datetime" else str(value)


def _iso(since: str) -> str:
    """Return the moment one second before a cursor, in the API's format."""
    moment = datetime.strptime(since, MOMENT) - timedelta(seconds=1)  # noqa: DTZ007  (its zone is set next)
    return clock.at_local(moment).isoformat()
