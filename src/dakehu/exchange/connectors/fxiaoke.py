"""纷享销客 Open API v2: both sign-ins, paging by `_id`, errors with status 200, four calls per second.

Sources: docs/connections.md states how certain each fact is. All calls are POST with JSON; only `errorCode` 0 is
success.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

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
    as_number,
    frame_of,
    unexpected_answer,
)
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SYSTEM = "纷享销客"
TABLES = ("AccountObj", "ContactObj", "LeadsObj", "NewOpportunityObj", "ScheduleObj", "ActiveRecordObj")
PER_PAGE, CALLS_A_SECOND, BUSY_TRIES = 100, 4, 6
EXPIRED, BUSY = (20005, 20016), (-1, 30004)
PAGES_KEPT_TOGETHER = 10  # pages combined into one frame
KINDS = {
    "number": "number",
    "currency": "number",
    "percentile": "number",
    "count": "number",
    "date": "date",
    "date_time": "datetime",
    "time": "other",
    "select_one": "choice",
    "select_many": "choice",
    "true_or_false": "bool",
    "object_reference": "reference",
    "master_detail": "reference",
    "employee": "person",
    "department": "other",
    "image": "other",
    "file_attachment": "other",
    "signature": "other",
    "embedded_object_list": "other",
    "group": "other",
}
CORPORATE = "corporate"


class FxiaokeFault(Refused):
    """A refusal with an error code of 纷享销客: its meaning, and what to do."""

    def __init__(self, code: int, path: str) -> None:
        self.code = code
        why = REMEDIES.get(code, bilingual("请核对应用设置", "check the application's settings"))
        message = bilingual(
            "纷享销客拒绝了请求（{code}，{path}）：{why}。",
            "Fxiaoke refused ({code}, {path}): {why}.",
            code=code,
            path=path,
            why=why,
        )
        super().__init__({"connection": [message]})


REMEDIES = {
    10006: bilingual("地址或权限范围不对", "the address is unknown, or not within the application's scope"),
    20005: bilingual(
        "应用密钥或永久授权码不对，请更换密钥", "the secret or the permanent code is wrong; replace the secrets"
    ),
    20014: bilingual("授权人员无权查看这些数据", "whoever it acts for may not see these data"),
    20017: bilingual("登录信息不完整，请核对登录方式", "the sign-in is incomplete; check how it signs in"),
    20022: bilingual("应用没有得到授权", "the application is not authorised"),
    30002: bilingual("当天的调用次数已用完，请明天再运行", "the calls of the day are used up; run it tomorrow"),
    30003: bilingual("没有购买接口服务", "the interface was not bought"),
    30004: bilingual("调用太频繁，请稍后再运行，会从中断处继续", "too many calls; run it later, it goes on from there"),
}


class FxiaokeSource:
    """An enterprise on 纷享销客, read with an employee's access."""

    def __init__(self, account: Account) -> None:
        self.account, self.api = account, check_address(account.address)
        self.http = PoliteClient(SYSTEM, per_second=CALLS_A_SECOND)
        self.signed: dict[str, str] = {}
        self.not_read: list[str] = []
        self.options: dict[tuple[str, str], dict[str, str]] = {}

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    # --- signing in --------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Get a token by the configured sign-in method. The two methods are never mixed."""
        grant = {
            "appId": self.account.app_id,
            "appSecret": self.account.app_secret,
            "permanentCode": self.account.grant,
        }
        if self.account.sign_in == CORPORATE:
            answer = self._post("/cgi/corpAccessToken/get/V2", grant, signed=False)
            self.signed = {"token": str(answer.get("corpAccessToken", "")), "company": str(answer.get("corpId", ""))}
        else:
            answer = self._post("/oauth2.0/token", {**grant, "grantType": "app_secret"}, signed=False)
            self.signed = {"token": str(answer.get("accessToken", "")), "company": str(answer.get("ea", ""))}
        if not self.signed["token"]:
            raise unexpected_answer(SYSTEM, "token")

    def _post(self, path: str, body: dict[str, Any], *, signed: bool = True) -> dict[str, Any]:
        """Call the API: renew an expired token once, and retry while the service is busy.

        Raises FxiaokeFault for any other errorCode.
        """
        renewed = not signed
        for attempt in range(BUSY_TRIES):
            headers, sent = self._credentials(body) if signed else ({}, body)
            response = self.http.request(
                "POST", self.api + path, params={"thirdTraceId": str(uuid.uuid4())}, json=sent, headers=headers
            )
            answer = _json(response)
            code = int(answer.get("errorCode", 0 if not signed and "accessToken" in answer else -2))
            if code == 0:
                return answer
            if code in EXPIRED and not renewed:
                renewed = True
                self.sign_in()
                continue
            if code not in BUSY or attempt + 1 == BUSY_TRIES:
                raise FxiaokeFault(code, path)
            self.http.pause(min(2.0**attempt, 20.0))
        raise FxiaokeFault(30004, path)

    def _credentials(self, body: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        """Return headers and body of a signed call."""
        if not self.signed:
            self.sign_in()
        token, company, acts_for = self.signed["token"], self.signed["company"], self.account.acts_for
        if self.account.sign_in == CORPORATE:
            return {}, {"corpAccessToken": token, "corpId": company, "currentOpenUserId": acts_for, **body}
        return {"authorization": f"Bearer {token}", "x-fs-ea": company, "x-fs-userid": acts_for or "1000"}, body

    # --- describing --------------------------------------------------------------------------------

    def describe(self) -> list[SourceTableShape]:
        """Return the objects that the desk reads, each with its fields; options are kept to translate cell values."""
        listed = self._post("/cgi/crm/v2/object/list", {"includeNull": False}).get("data", {}).get("objects", [])
        labels = {str(row.get("describeApiName")): str(row.get("describeDisplayName") or "") for row in listed}
        self.not_read = sorted(labels[name] or name for name in labels if name not in TABLES)
        return [self._describe(name, labels[name] or name) for name in TABLES if name in labels]

    def _describe(self, name: str, label: str) -> SourceTableShape:
        """Return one object with its columns."""
        body = {"includeDetail": False, "data": {"apiName": name}}
        fields = self._post("/cgi/crm/v2/object/describe", body)["data"]["describe"]["fields"]
        columns = []
        for field_name, row in fields.items():
            kind = KINDS.get(str(row.get("type")), "text")
            columns.append(
                SourceColumn(field_name, str(row.get("label") or field_name), kind, bool(row.get("is_required")))
            )
            self.options[name, field_name] = {str(o["value"]): str(o["label"]) for o in row.get("options") or []}
        known = {column.name for column in columns}
        needed = [("last_modified_time", "datetime"), ("create_time", "datetime"), ("owner", "person")]
        if name in ("ActiveRecordObj", "ScheduleObj"):
            needed.append(("related_object_data", "reference"))
        columns += [SourceColumn(n, n, kind) for n, kind in needed if n not in known]
        return SourceTableShape(name, label, tuple(columns))

    # --- reading -----------------------------------------------------------------------------------

    def pages(self, table: SourceTableShape, since: str, place: str = "") -> Iterator[Page]:
        """Yield rows in order of `_id`, paged by the last id, since offsets are limited to 10,000."""
        last = json.loads(place)["after"] if place else ""
        held: list[dict[str, str]] = []
        pages = 0
        while True:
            found = self._page(table.name, since, last)
            held += [self._row(table, row) for row in found]
            pages += 1
            if found:
                last = str(found[-1]["_id"])
            if len(found) < PER_PAGE:
                yield Page(frame_of(held, self._names(table)), "")
                return
            if pages % PAGES_KEPT_TOGETHER == 0:
                yield Page(frame_of(held, self._names(table)), json.dumps({"after": last}))
                held = []

    def _page(self, name: str, since: str, last: str) -> list[dict[str, Any]]:
        """Return one page of raw rows after an id."""
        filters = [{"field_name": "_id", "operator": "GT", "field_values": [last]}] if last else []
        if since:
            filters.append(
                {"field_name": "last_modified_time", "operator": "GTE", "field_values": [_milliseconds(since)]}
            )
        asked = {
            "limit": PER_PAGE,
            "offset": 0,
            "filters": filters,
            "orders": [{"fieldName": "_id", "isAsc": True}],
            "fieldProjection": [],
        }
        path = "/cgi/crm/custom/v2/data/query" if name.endswith("__c") else "/cgi/crm/v2/data/query"
        body = {"data": {"dataObjectApiName": name, "find_explicit_total_num": False, "search_query_info": asked}}
        answer = self._post(path, body)
        rows = (answer.get("data") or {}).get("dataList", answer.get("dataList"))
        if not isinstance(rows, list) or any(not isinstance(row, dict) or not row.get("_id") for row in rows):
            raise unexpected_answer(SYSTEM, f"{name}: dataList")
        ids = [str(row["_id"]) for row in rows]
        if last and ids and min(ids) <= last:
            raise unexpected_answer(SYSTEM, f"{name}: _id")
        return rows

    def _names(self, table: SourceTableShape) -> list[str]:
        """Return the columns of a frame: those of the table, plus name and mail for each person."""
        people = [c.name for c in table.columns if c.kind == "person"]
        return [*(c.name for c in table.columns), *(f"{n}{end}" for n in people for end in (NAME, MAIL))]

    def _row(self, table: SourceTableShape, row: dict[str, Any]) -> dict[str, str]:
        """Return a record as text; missing fields are empty."""
        cells = {ID: str(row["_id"]), MODIFIED: _moment(row.get("last_modified_time"))}
        for column in table.columns:
            value = row.get(column.name)
            cells[column.name] = self._cell(table.name, column, value)
            if column.kind == "person":
                person = row.get(f"{column.name}__r") or {}
                person = person[0] if isinstance(person, list) and person else person
                known = person if isinstance(person, dict) else {"name": person}
                cells[column.name + NAME] = str(known.get("name") or "")
                cells[column.name + MAIL] = str(known.get("email") or "")
        return cells

    def _cell(self, table: str, column: SourceColumn, value: Any) -> str:
        """Return a value as text (form: see source.py)."""
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, list):
            return "；".join(filter(None, (self._cell(table, column, one) for one in value)))
        if isinstance(value, dict):
            return str(value.get("id") or value.get("_id") or value.get("name") or "")
        if column.kind == "choice":
            return self.options.get((table, column.name), {}).get(str(value), str(value))
        if column.kind == "bool":
            return "是" if str(value).lower() == "true" else "否"
        if column.kind == "number":
            return as_number(value)
        if column.kind in ("date", "datetime"):
            text = _moment(value)
            return text[:10] if column.kind == "date" else text
        return str(value)

    def deleted(self, table: SourceTableShape, since: str) -> list[str]:
        """Return nothing: the API does not list deleted records."""
        return []

    # --- writing -----------------------------------------------------------------------------------

    def write_back(self, table: str, rows: list[dict[str, Any]]) -> list[Written]:
        """Create or update rows one by one, without starting approvals or workflows in the other system."""
        written = []
        for row in rows:
            record = str(row.get(ID) or "")
            values = {n: v for n, v in row.items() if n != ID} | {"dataObjectApiName": table}
            if record:
                values["_id"] = record
            body = {"triggerApprovalFlow": False, "triggerWorkFlow": False, "data": {"object_data": values}}
            try:
                answer = self._post(f"/cgi/crm/v2/data/{'update' if record else 'create'}", body)
            except FxiaokeFault as fault:
                written.append(Written("", str(fault.code)))
                continue
            written.append(
                Written(record or str(answer.get("dataId") or (answer.get("data") or {}).get("dataId") or ""))
            )
        return written


def _json(response: Any) -> dict[str, Any]:
    """Return the JSON object of a response, decimals exact. Raises Refused for anything else."""
    try:
        answer = json.loads(response.text, parse_float=Decimal)
    except ValueError as error:
        raise unexpected_answer(SYSTEM, f"HTTP {response.status_code}") from error
    if not isinstance(answer, dict):
        raise unexpected_answer(SYSTEM, f"HTTP {response.status_code}")
    return answer


def _moment(value: Any) -> str:
    """Return milliseconds since 1970 as Shanghai time; other values unchanged."""
    if value in (None, ""):
        return ""
    text = str(value)
    if not text.lstrip("-").isdigit():
        return text
    return clock.local(datetime.fromtimestamp(int(text) / 1000, UTC)).strftime(MOMENT)


def _milliseconds(moment: str) -> str:
    """Return a Shanghai time as milliseconds since 1970."""
    naive = datetime.strptime(moment, MOMENT)  # noqa: DTZ007  (its zone is set next)
    return str(int(clock.at_local(naive).timestamp() * 1000))
