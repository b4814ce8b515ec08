"""A local 纷享销客 Open API v2 server, both sign-ins: always HTTP 200, success is errorCode 0, fields without a value
left out, 100 rows a page, an offset up to 10,000, 100 calls in 20 seconds by its own count.

`test_fxiaoke_client.py` reads it with the public client fxiaoke-python.
"""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FIELDS = {
    "AccountObj": {
        "name": "text",
        "owner": "employee",
        "account_type": "select_one",
        "tel": "phone_number",
        "address": "text",
        "industry": "select_one",
    },
    "ContactObj": {
        "name": "text",
        "owner": "employee",
        "account_id": "object_reference",
        "mobile": "phone_number",
        "email": "email",
        "job_title": "text",
    },
    "NewOpportunityObj": {"name": "text", "owner": "employee", "account_id": "object_reference", "amount": "currency"},
    "ActiveRecordObj": {"active_record_content": "long_text", "interactive_types": "select_one", "owner": "employee"},
    "ScheduleObj": {"name": "text", "begin_time": "date_time", "owner": "employee"},
    "HighSeasObj": {"name": "text"},
}
LABELS = {
    "AccountObj": "客户",
    "ContactObj": "联系人",
    "NewOpportunityObj": "商机",
    "ActiveRecordObj": "销售记录",
    "ScheduleObj": "日程",
    "HighSeasObj": "公海",
}
OPTIONS = {
    "account_type": [{"label": "机构客户", "value": "1"}, {"label": "个人客户", "value": "2"}],
    "interactive_types": [{"label": "电话", "value": "1"}, {"label": "拜访", "value": "2"}],
    "industry": [{"label": "金融", "value": "1"}],
}
BEGIN = 1757000000000
OPERATORS = {
    "EQ": lambda a, v: str(a) == v[0],
    "GT": lambda a, v: a > type(a)(v[0]),
    "GTE": lambda a, v: a >= type(a)(v[0]),
    "LT": lambda a, v: a < type(a)(v[0]),
    "BETWEEN": lambda a, v: type(a)(v[0]) <= a <= type(a)(v[1]),
}


class Refusal(Exception):
    """An answer whose errorCode is not 0."""


class FxiaokeServer:
    """The enterprise: `objects` by name and id, and the faults to simulate."""

    def __init__(self) -> None:
        self.fields = {name: dict(fields) for name, fields in FIELDS.items()}
        self.objects: dict[str, dict[str, dict]] = {name: {} for name in FIELDS}
        self.tokens: set[str] = set()
        self.calls: list[tuple[str, dict]] = []
        self.busy = 0  # number of next answers with error 30004
        self.styles: set[str] = set()
        self.created: list[dict] = []
        handler = type("Bound", (Handler,), {"crm": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def put(self, table: str, number: int, *, minutes: int = 0, **values: object) -> str:
        """Add or change a record; return its id."""
        key = f"65a{FIELD_ORDER[table]:02x}{number:019x}"
        old = self.objects[table].get(key, {"owner": ["1000"], "owner__r": {"name": "林晓"}, "create_time": BEGIN})
        self.objects[table][key] = {**old, **values, "last_modified_time": BEGIN + minutes * 60_000}
        return key

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def answer(self, path: str, body: dict, headers: dict) -> dict:
        if path in ("/cgi/corpAccessToken/get/V2", "/oauth2.0/token"):
            return self._grant(path, body)
        self._check_signed(body, headers)
        if self.busy:
            self.busy -= 1
            raise Refusal(30004, "too many calls")
        data = body.get("data", {})
        if path == "/cgi/user/getByMobile":
            return {"empList": [{"openUserId": "FSUID_LIN", "name": "林晓", "mobile": body["mobile"]}]}
        if path == "/cgi/crm/v2/object/list":
            rows = [
                {"describeApiName": n, "describeDisplayName": LABELS[n], "defineType": "package", "isActive": True}
                for n in self.fields
            ]
            return {"data": {"objects": rows}}
        if path == "/cgi/crm/v2/object/describe":
            return {"data": {"describe": {"api_name": data["apiName"], "fields": self._describe(data["apiName"])}}}
        if path == "/cgi/crm/v2/data/query":
            return {"data": self._query(data)}
        if path in ("/cgi/crm/v2/data/create", "/cgi/crm/v2/data/update"):
            return self._write(body)
        raise Refusal(10006, "unknown address")

    def _grant(self, path: str, body: dict) -> dict:
        if body.get("appSecret") != "secret" or body.get("permanentCode") != "good":
            raise Refusal(20005, "appSecret is wrong")
        token = uuid.uuid4().hex.upper()
        self.tokens.add(token)
        if "corp" in path:
            return {"corpAccessToken": token, "corpId": "FSCID_TEST", "expiresIn": 7200}
        return {"accessToken": token, "ea": "test", "expiresIn": 7200}

    def _check_signed(self, body: dict, headers: dict) -> None:
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        token = bearer or body.get("corpAccessToken")
        if not token:
            raise Refusal(20017, "corpAccessToken or corpId is missing")
        if token not in self.tokens:
            raise Refusal(20016, "the token has expired")
        if bearer and not (headers.get("x-fs-ea") and headers.get("x-fs-userid")):
            raise Refusal(32000, "x-fs-ea and x-fs-userid are wanted")
        if not bearer and not body.get("currentOpenUserId"):
            raise Refusal(20017, "currentOpenUserId is missing")
        self.styles.add("standard" if bearer else "corporate")

    def _describe(self, name: str) -> dict:
        return {
            field: {"type": kind, "label": field, "is_required": field == "name", "options": OPTIONS.get(field, [])}
            for field, kind in self.fields[name].items()
        }

    def _query(self, data: dict) -> dict:
        name, asked = data["dataObjectApiName"], data["search_query_info"]
        if name not in self.objects:
            raise Refusal(10006, "no such object")
        limit, offset = asked.get("limit", 20), asked.get("offset", 0)
        if limit > 100:
            raise Refusal(32000, "limit is at most 100")
        if offset > 10_000:
            raise Refusal(10013, "offset out of range 10000")
        rows = [{"_id": key, **row} for key, row in self.objects[name].items()]
        for one in asked.get("filters") or []:
            values = [str(value) for value in one["field_values"]]
            rows = [
                r
                for r in rows
                if r.get(one["field_name"]) is not None and OPERATORS[one["operator"]](r[one["field_name"]], values)
            ]
        for order in reversed(asked.get("orders") or []):
            rows.sort(key=lambda r, by=order["fieldName"]: r[by], reverse=not order["isAsc"])
        part = [{n: v for n, v in row.items() if v not in (None, "")} for row in rows[offset : offset + limit]]
        return {
            "dataList": part,
            "offset": offset,
            "limit": limit,
            "total": len(rows) if data.get("find_explicit_total_num", True) else 0,
        }

    def _write(self, body: dict) -> dict:
        assert body["triggerWorkFlow"] is False
        row = dict(body["data"]["object_data"])
        self.created.append(row)
        name = row.pop("dataObjectApiName")
        return {"dataId": self.put(name, 900 + len(self.created), minutes=900, **row)}


FIELD_ORDER = {name: number for number, name in enumerate(FIELDS)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    crm: FxiaokeServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        path = urlsplit(self.path).path
        self.crm.calls.append((path, body))
        head = {
            "errorCode": 0,
            "errorMessage": "OK",
            "errorDescription": "success",
            "traceId": f"E-O.{uuid.uuid4().hex[:12]}",
        }
        try:
            answer = {**head, **self.crm.answer(path, body, self.headers)}
        except Refusal as refusal:
            answer = {
                **head,
                "errorCode": refusal.args[0],
                "errorMessage": refusal.args[1],
                "errorDescription": refusal.args[1],
            }
        out = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_: object) -> None:
        pass
