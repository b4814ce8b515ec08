"""Read and write a Google spreadsheet by Sheets API v4, signed in with a service account.

Rate limits (429) are retried with increasing, jittered delays, beyond the minute of Google's quota window.
"""

import json
import random
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from dakehu.exchange.connectors.http import PoliteClient, check_address
from dakehu.exchange.connectors.source import source_refusal, unexpected_answer
from dakehu.exchange.sheets_sync.layout import MARKS
from dakehu.foundation.base.i18n import bilingual

SYSTEM = "Google 表格 / Google Sheets"
SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
GRID = "sheets(properties(sheetId,title),data(startRow,startColumn,rowData(values(userEnteredValue,effectiveValue))))"
AT_ONCE = 2_000_000  # characters of one write request, the maximum recommended by Google


class PatientClient(PoliteClient):
    """A client that waits out Google's per-minute quota."""

    attempts = 8

    def pause(self, seconds: float) -> None:
        """Wait slightly longer than requested, so that several programs do not retry simultaneously."""
        super().pause(seconds + random.random())  # noqa: S311  no secret


class _Transport:
    """The transport by which google-auth requests a token: our own HTTP client."""

    class Response:
        """A response in the form that google-auth expects."""

        def __init__(self, answer: Any) -> None:
            self.status, self.headers, self.data = answer.status_code, answer.headers, answer.content

    def __init__(self, client: PatientClient) -> None:
        self.client = client

    def __call__(
        self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **_: Any
    ) -> "Response":
        return self.Response(self.client.request(method, url, content=body, headers=headers))


def check_service_key(facts: Any) -> str:
    """Return the mail address of a service account's key. Raises Refused if invalid."""
    from google.oauth2 import service_account

    try:
        check_address(str(facts["token_uri"]))
        return str(service_account.Credentials.from_service_account_info(facts, scopes=SCOPES).service_account_email)
    except (ValueError, KeyError, TypeError) as error:
        raise source_refusal(
            bilingual(
                "这不是服务账号的密钥。请在 Google Cloud 中为服务账号新建 JSON 密钥，把整个文件的内容粘贴到这里。",
                "This is no key of a service account. Make a JSON key for the service account in Google Cloud and paste the whole file.",
            )
        ) from error


class GoogleSheets:
    """One spreadsheet. `facts` is the service account's key as a dictionary."""

    def __init__(self, address: str, spreadsheet: str, facts: dict[str, Any]) -> None:
        from google.oauth2 import service_account

        self.root = f"{check_address(address)}/v4/spreadsheets/{quote(spreadsheet, safe='')}"
        self.client = PatientClient(SYSTEM)
        self.account = str(facts.get("client_email", ""))
        self.credentials = service_account.Credentials.from_service_account_info(facts, scopes=SCOPES)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def marks(self) -> list[dict[str, Any]]:
        """Return the marks of this desk in the spreadsheet, with their current locations."""
        filters = [{"developerMetadataLookup": {"metadataKey": key}} for key in MARKS]
        found = self._call("/developerMetadata:search", {"dataFilters": filters})
        return [item["developerMetadata"] for item in found.get("matchedDeveloperMetadata", ())]

    def grids(self, sheet_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
        """Return {worksheet: its grid data}, values and formulas from the same moment."""
        filters = [{"gridRange": {"sheetId": number}} for number in sheet_ids]
        found = self._call(f":getByDataFilter?fields={GRID}", {"dataFilters": filters, "includeGridData": True})
        return {int(sheet["properties"].get("sheetId", 0)): sheet.get("data", []) for sheet in found.get("sheets", ())}

    def titles(self) -> dict[int, str]:
        """Return {worksheet: title} of the whole spreadsheet."""
        found = self._call("?fields=sheets.properties(sheetId,title)")
        sheets = [sheet["properties"] for sheet in found.get("sheets", ())]
        return {int(one.get("sheetId", 0)): str(one.get("title", "")) for one in sheets}

    def write(self, requests: list[dict[str, Any]]) -> None:
        """Send requests in order, in batches of the size recommended by Google; each batch is atomic."""
        waiting: list[dict[str, Any]] = []
        size = 0
        for request in requests:
            length = len(json.dumps(request))
            if waiting and size + length > AT_ONCE:
                self._call(":batchUpdate", {"requests": waiting}, is_repeatable=False)
                waiting, size = [], 0
            waiting.append(request)
            size += length
        if waiting:
            self._call(":batchUpdate", {"requests": waiting}, is_repeatable=False)

    def _call(self, path: str, body: dict[str, Any] | None = None, *, is_repeatable: bool = True) -> dict[str, Any]:
        """Call the API, retrying once with a new token if the old one is refused. Raises Refused."""
        method = "GET" if body is None else "POST"
        for fresh in (False, True):
            answer = self.client.request(
                method, self.root + path, json=body, headers=self._headers(fresh), is_repeatable=is_repeatable
            )
            if answer.status_code != 401:
                break
        if answer.status_code != 200:
            raise self._refusal(answer)
        try:
            found = answer.json()
        except ValueError as error:
            raise unexpected_answer(SYSTEM, "JSON") from error
        return found if isinstance(found, dict) else {}

    def _headers(self, fresh: bool) -> dict[str, str]:
        """Return the header of the token, a new one if the last has expired or `fresh` is set."""
        from google.auth.exceptions import GoogleAuthError

        if fresh or not self.credentials.valid:
            try:
                self.credentials.refresh(_Transport(self.client))
            except GoogleAuthError as error:
                raise source_refusal(
                    bilingual(
                        "Google 不接受这个服务账号的密钥。请管理员更换密钥，并确认账号没有被停用。",
                        "Google does not accept the key of this service account. Replace the key, and see that the account is not disabled.",
                    )
                ) from error
        return {"Authorization": f"Bearer {self.credentials.token}"}

    def _refusal(self, answer: Any) -> Exception:
        """Return the Refused for an unsuccessful response, with its remedy."""
        if answer.status_code in (401, 403, 404):
            return source_refusal(
                bilingual(
                    "服务账号打不开这个表格（{code}）。请把表格共享给 {account}（编辑者），并核对表格编号。",
                    "The service account cannot open this spreadsheet ({code}). Share it with {account} as editor, and check its number.",
                    code=answer.status_code,
                    account=self.account,
                )
            )
        try:
            said = str(answer.json()["error"]["message"])[:200]
        except (ValueError, KeyError, TypeError):
            said = f"HTTP {answer.status_code}"
        return source_refusal(
            bilingual(
                "Google 表格没有接受请求：{said}。表格和系统都没有改动，请再运行一次；若仍如此，请联系支持。",
                "Google Sheets did not take the request: {said}. Neither side was changed; run again, and ask support if it stays.",
                said=said,
            )
        )
