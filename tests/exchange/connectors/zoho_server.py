"""A minimal local Zoho CRM v8 server, with state and with the faults of the real one: a rate limit, an
expired token, a page token required beyond 2,000 rows, a slow bulk job.

Written from the vendor's SDK and OpenAPI files. `test_zoho_judges.py` verifies it with both.
"""

import csv
import io
import json
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

LIN = {"name": "林晓", "id": "4150868000000000001", "email": "lin@example.com"}
TEXT, DAY, MOMENT, PERSON, LOOKUP = "text", "date", "datetime", "ownerlookup", "lookup"
COMMON = {"Owner": PERSON, "Description": "textarea", "Modified_Time": MOMENT, "Created_Time": MOMENT}
FIELDS = {
    "Accounts": {
        "Account_Name": TEXT,
        "Phone": "phone",
        "Website": "website",
        "Annual_Revenue": "currency",
        "Billing_City": TEXT,
        **COMMON,
    },
    "Contacts": {
        "Last_Name": TEXT,
        "First_Name": TEXT,
        "Mobile": "phone",
        "Email": "email",
        "Account_Name": LOOKUP,
        "Date_of_Birth": DAY,
        "Title": TEXT,
        **COMMON,
    },
    "Leads": {"Last_Name": TEXT, "Company": TEXT, "Mobile": "phone", **COMMON},
    "Deals": {
        "Deal_Name": TEXT,
        "Account_Name": LOOKUP,
        "Contact_Name": LOOKUP,
        "Amount": "currency",
        "Stage": "picklist",
        **COMMON,
    },
    "Calls": {
        "Subject": TEXT,
        "What_Id": LOOKUP,
        "Who_Id": LOOKUP,
        "Call_Start_Time": MOMENT,
        "Call_Result": "picklist",
        **COMMON,
    },
    "Events": {"Event_Title": TEXT, "What_Id": LOOKUP, "Who_Id": LOOKUP, "Start_DateTime": MOMENT, **COMMON},
    "Notes": {
        "Note_Title": TEXT,
        "Note_Content": "textarea",
        "Parent_Id": LOOKUP,
        **{n: k for n, k in COMMON.items() if n != "Description"},
    },
    "Tasks": {"Subject": TEXT, "What_Id": LOOKUP, "Who_Id": LOOKUP, "Due_Date": DAY, "Status": "picklist", **COMMON},
}
WHEN = "2026-10-01T09:00:00+08:00"


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, **details: object) -> None:
        self.status, self.body = status, {"code": code, "details": details, "message": code.lower(), "status": "error"}


class ZohoServer:
    """The organisation: `rows` by module and id, `calls` in order of arrival, and the faults to simulate."""

    def __init__(self) -> None:
        self.fields = {module: dict(fields) for module, fields in FIELDS.items()}
        self.rows: dict[str, dict[str, dict]] = {module: {} for module in FIELDS}
        self.deleted: dict[str, list[str]] = {module: [] for module in FIELDS}
        self.calls: list[tuple[str, str, dict]] = []
        self.token, self.grants, self.refused_grant = "t-1", 1, False
        self.busy: list[str] = []  # Retry-After of the next answers, each a 429
        self.api_domain = ""  # API domain of the token answer; "" for this server
        self.holds_at = (
            ""  # the address whose answer is delayed until `release` is set; `held` is set once it was requested
        )
        self.held, self.release = threading.Event(), threading.Event()
        self.dies_after = 0  # number of calls after which every answer is 503; 0: never
        self.jobs: dict[str, dict] = {}
        self.written: list[tuple[str, list[dict]]] = []
        handler = type("Bound", (Handler,), {"zoho": self})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def put(self, module: str, number: int, *, when: str = WHEN, **values: object) -> str:
        """Add or change a record; return its id."""
        key = str(4150868000000000000 + number)
        self.rows[module][key] = {
            "Owner": LIN,
            "Created_Time": WHEN,
            **self.rows[module].get(key, {}),
            **values,
            "Modified_Time": when,
        }
        return key

    def expire_token(self) -> None:
        self.token = "expired-by-the-server"

    # --- answers -----------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict, body: dict, headers: dict) -> tuple[int, object]:
        if path == "/oauth/v2/token":
            return 200, self._grant(query, headers)
        if self.busy:
            raise Refusal(429, "TOO_MANY_REQUESTS", retry_after=self.busy.pop(0))
        if headers.get("Authorization") != f"Zoho-oauthtoken {self.token}":
            raise Refusal(401, "INVALID_TOKEN")
        if path == "/crm/v8/settings/modules":
            return 200, {"modules": [self._module(name, n) for n, name in enumerate([*self.fields, "Campaigns"])]}
        if path == "/crm/v8/settings/fields":
            return 200, {
                "fields": [
                    self._field(query["module"], name, n)
                    for n, name in enumerate(self.fields.get(query["module"], ["Name"]))
                ]
            }
        if path == "/crm/v8/users":
            users = [{"id": LIN["id"], "full_name": LIN["name"], "email": LIN["email"]}]
            return 200, {"users": users, "info": {"per_page": 200, "count": 1, "page": 1, "more_records": False}}
        if path.startswith("/crm/bulk/v8/read"):
            return self._bulk(method, path, body)
        one = re.fullmatch(r"/crm/v8/(\w+)(/upsert|/deleted)?", path)
        if one is None or one[1] not in self.rows:
            raise Refusal(404, "INVALID_URL_PATTERN")
        if one[2] == "/upsert":
            return self._upsert(one[1], body)
        if one[2] == "/deleted":
            return self._gone(one[1])
        return self._page(one[1], query, headers.get("If-Modified-Since", ""))

    def _grant(self, query: dict, headers: dict) -> dict:
        if query.get("refresh_token") != "good" or query.get("client_secret") != "secret" or self.refused_grant:
            return {"error": "invalid_code"}
        self.grants += 1
        self.token = f"t-{self.grants}"
        domain = self.api_domain or f"http://{headers['Host']}"
        return {"access_token": self.token, "api_domain": domain, "token_type": "Bearer", "expires_in": 3600}

    def _module(self, name: str, number: int) -> dict:
        return {
            "api_name": name,
            "module_name": name,
            "id": str(number),
            "api_supported": True,
            "singular_label": name,
            "plural_label": name,
            "generated_type": "default",
        }

    def _field(self, module: str, name: str, number: int) -> dict:
        kind = self.fields.get(module, {}).get(name, TEXT)
        return {
            "api_name": name,
            "data_type": kind,
            "field_label": name,
            "id": str(number),
            "custom_field": name.endswith("__c"),
            "json_type": "jsonobject" if "lookup" in kind else "string",
            "length": 255,
            "system_mandatory": number == 0,
            "lookup": {"module": {"api_name": "Accounts", "id": "0"}} if kind == LOOKUP else {},
            "pick_list_values": [],
            "read_only": name.endswith("_Time"),
        }

    def _page(self, module: str, query: dict, since: str) -> tuple[int, object]:
        wanted = [name for name in query.get("fields", "").split(",") if name]
        per_page, token = int(query.get("per_page", 200)), query.get("page_token")
        if not wanted:
            raise Refusal(400, "REQUIRED_PARAM_MISSING", param_name="fields")
        if len(wanted) > 50 or per_page > 200:
            raise Refusal(400, "LIMIT_EXCEEDED", param_name="fields")
        if set(wanted) - set(self.fields[module]) - {"id"}:
            raise Refusal(400, "INVALID_DATA", param_name="fields")
        first = int(token.removeprefix("tok")) if token else (int(query.get("page", 1)) - 1) * per_page
        if not token and first >= 2000:
            raise Refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", limit=2000)
        rows = [(key, row) for key, row in sorted(self.rows[module].items()) if row["Modified_Time"] > since]
        part, more = rows[first : first + per_page], first + per_page < len(rows)
        if not part:
            return (304 if since else 204), b""
        info = {
            "per_page": per_page,
            "count": len(part),
            "page": first // per_page + 1,
            "sort_by": "id",
            "sort_order": "asc",
            "more_records": more,
            "next_page_token": f"tok{first + per_page}" if more else None,
            "previous_page_token": None,
            "page_token_expiry": "2026-12-30T00:00:00+08:00" if more else None,
        }
        return 200, {
            "data": [{"id": key, **{name: row.get(name) for name in wanted}} for key, row in part],
            "info": info,
        }

    def _gone(self, module: str) -> tuple[int, object]:
        gone = self.deleted[module]
        if not gone:
            return 204, b""
        rows = [
            {
                "id": key,
                "display_name": None,
                "type": "recycle",
                "deleted_time": WHEN,
                "deleted_by": {"id": LIN["id"], "name": "林晓"},
            }
            for key in gone
        ]
        return 200, {"data": rows, "info": {"per_page": 200, "count": len(rows), "page": 1, "more_records": False}}

    def _upsert(self, module: str, body: dict) -> tuple[int, object]:
        self.written.append((module, body["data"]))
        answers = []
        for row in body["data"]:
            if row.get("id") not in self.rows[module]:
                answers.append(
                    {
                        "code": "INVALID_DATA",
                        "details": {"api_name": "id", "json_path": "$.data[0].id"},
                        "message": "no such record",
                        "status": "error",
                    }
                )
                continue
            self.rows[module][row["id"]] |= {name: value for name, value in row.items() if name != "id"}
            person = {"name": "林晓", "id": LIN["id"]}
            details = {
                "Modified_Time": WHEN,
                "Modified_By": person,
                "Created_Time": WHEN,
                "id": row["id"],
                "Created_By": person,
            }
            answers.append(
                {
                    "code": "SUCCESS",
                    "duplicate_field": None,
                    "action": "update",
                    "status": "success",
                    "details": details,
                    "message": "record updated",
                }
            )
        return 200, {"data": answers}

    def _bulk(self, method: str, path: str, body: dict) -> tuple[int, object]:
        by = {"id": LIN["id"], "name": LIN["name"]}
        if method == "POST":
            number = str(9001 + len(self.jobs))
            self.jobs[number] = {"states": ["ADDED", "QUEUED", "IN PROGRESS", "COMPLETED"], "query": body["query"]}
            details = {"id": number, "operation": "read", "state": "ADDED", "created_by": by, "created_time": WHEN}
            row = {
                "status": "success",
                "code": "ADDED_SUCCESSFULLY",
                "message": "Added successfully.",
                "details": details,
            }
            return 201, {"data": [row], "info": {}}
        number = path.split("/")[5]
        job = self.jobs[number]
        query, module = job["query"], job["query"]["module"]["api_name"]
        if path.endswith("/result"):
            return 200, self._archive(number, module, query["fields"])
        state = job["states"].pop(0) if len(job["states"]) > 1 else job["states"][0]
        row = {
            "id": number,
            "operation": "read",
            "state": state,
            "query": query,
            "file_type": "csv",
            "created_by": by,
            "created_time": WHEN,
        }
        if state == "COMPLETED":
            row["result"] = {
                "page": 1,
                "per_page": 200000,
                "count": len(self.rows[module]),
                "more_records": False,
                "download_url": f"/crm/bulk/v8/read/{number}/result",
            }
        return 200, {"data": [row]}

    def _archive(self, number: str, module: str, fields: list[str]) -> bytes:
        text, packed = io.StringIO(), io.BytesIO()
        writer = csv.writer(text)
        writer.writerow(["Id", *fields])
        for key, row in self.rows[module].items():
            values = [row.get(name) for name in fields]
            writer.writerow([key, *("" if v is None else v["id"] if isinstance(v, dict) else v for v in values)])
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"{number}.csv", text.getvalue())
        return packed.getvalue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    zoho: ZohoServer

    def serve(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(url.query))
        if url.path == "/oauth/v2/token":
            query |= dict(parse_qsl(raw.decode()))
            raw = b""
        self.zoho.calls.append((self.command, url.path, query))
        if url.path == self.zoho.holds_at:
            self.zoho.held.set()
            self.zoho.release.wait(300)
            return
        wait = ""
        try:
            if self.zoho.dies_after and len(self.zoho.calls) > self.zoho.dies_after:
                raise Refusal(503, "SERVER_DOWN")
            status, body = self.zoho.answer(self.command, url.path, query, json.loads(raw) if raw else {}, self.headers)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
            wait = str(refusal.body["details"].get("retry_after", ""))
        out = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        if wait:
            self.send_header("Retry-After", wait)
        if status not in (204, 304):
            packed = out[:2] == b"PK"
            self.send_header("Content-Type", "application/zip" if packed else "application/json;charset=UTF-8")
            if packed:
                self.send_header("Content-Disposition", "attachment; filename=result.zip")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_GET = do_POST = do_PUT = serve

    def log_message(self, *_: object) -> None:
        pass
