"""Hand a text to a chat service: WeCom, DingTalk, Feishu and Lark by their own API, others through Apprise.

The group bots need one POST each; all answer HTTP 200 and give in `errcode` or `code` whether they accepted the text,
which Apprise does not pass on. So these are called directly, and Apprise is used for the rest.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.messages.outcome import Outcome, Result

TIMEOUT = 20  # seconds
LOCAL = ("127.0.0.1", "localhost", "::1")
HOSTS = {
    "qyapi.weixin.qq.com": "wecom",
    "oapi.dingtalk.com": "dingtalk",
    "open.feishu.cn": "feishu",
    "open.larksuite.com": "feishu",
}
PATHS = {"/cgi-bin/webhook/send": "wecom", "/robot/send": "dingtalk", "/open-apis/bot/v2/hook/": "feishu"}
# Answers that mean rate limiting, as documented by the services.
LATER = {"wecom": (45009, -1), "dingtalk": (130101, 90018, -1), "feishu": (9499, 11232)}


@dataclass(frozen=True)
class ChatAddress:
    """A parsed address: its service, the URL, and the signing secret ("" for none)."""

    service: str
    url: str
    secret: str = ""


def read_address(text: str, hosts: Collection[str] = (), services: Collection[str] = ()) -> ChatAddress:
    """Return the parsed address. `hosts`: further allowed hosts; `services`: allowed Apprise services.

    A signing secret follows "#". Raises Refused for an address that is not allowed, so that no address entered by
    staff reaches the firm's internal network.
    """
    parts = urlsplit(text.strip())
    host = parts.hostname or ""
    if parts.scheme in ("https", "http"):
        found = HOSTS.get(host) or next((kind for path, kind in PATHS.items() if parts.path.startswith(path)), "")
        is_allowed = host in HOSTS or host in hosts
        is_safe = parts.scheme == "https" or host in LOCAL
        if found and is_allowed and is_safe:
            return ChatAddress(found, urlunsplit(parts._replace(fragment="")), parts.fragment)
    elif parts.scheme and parts.scheme in services:
        return ChatAddress("apprise", text.strip())
    raise Refused(
        {
            "address": [
                bilingual(
                    "不能使用这个聊天地址。可用：企业微信、钉钉、飞书、Lark 群机器人的 https 地址；其他服务由管理员开放。",
                    "This chat address cannot be used. Robots of WeCom, DingTalk, Feishu and Lark can, by their https "
                    "address; other services are opened by an administrator.",
                )
            ]
        }
    )


def send(address: ChatAddress, title: str, text: str) -> Outcome:
    """Send a text; returns the service's answer."""
    if address.service == "apprise":
        return _by_apprise(address.url, title, text)
    said = f"{title}\n{text}" if title else text
    url, body = request_of(address, said, int(time.time()))
    return _post(address.service, url, body)


def request_of(address: ChatAddress, text: str, moment: int) -> tuple[str, dict[str, Any]]:
    """Return the address and body of a text, signed for a time (seconds) where there is a secret. Pure.

    Sources: the services' documentation of group bots; the signatures differ in key and message.
    """
    if address.service == "wecom":
        return address.url, {"msgtype": "text", "text": {"content": text}}
    if address.service == "dingtalk":
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
        if not address.secret:
            return address.url, body
        stamp = str(moment * 1000)
        made = hmac.digest(address.secret.encode(), f"{stamp}\n{address.secret}".encode(), "sha256")
        parts = urlsplit(address.url)
        asked = [*parse_qsl(parts.query), ("timestamp", stamp), ("sign", base64.b64encode(made).decode())]
        return urlunsplit(parts._replace(query=urlencode(asked))), body
    body = {"msg_type": "text", "content": {"text": text}}
    if address.secret:
        made = hmac.new(f"{moment}\n{address.secret}".encode(), b"", hashlib.sha256).digest()
        body = {"timestamp": str(moment), "sign": base64.b64encode(made).decode(), **body}
    return address.url, body


def _post(service: str, url: str, body: dict[str, Any]) -> Outcome:
    import httpx

    try:
        answer = httpx.post(url, json=body, timeout=TIMEOUT, follow_redirects=False, trust_env=True)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        return Outcome(Result.TEMPORARY, type(error).__name__)
    except httpx.HTTPError as error:  # the text had been sent
        return Outcome(Result.UNKNOWN, type(error).__name__)
    return read_answer(service, answer.status_code, _json(answer))


def _json(answer: Any) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read_answer(service: str, status: int, body: dict[str, Any]) -> Outcome:
    """Return the outcome of an answer: HTTP 200 alone does not mean success. Pure."""
    code = body.get("errcode", body.get("code", body.get("StatusCode")))
    said = f"{status} {code if code is not None else ''} {body.get('errmsg') or body.get('msg') or ''}".strip()
    if status == 429 or status >= 500:
        return Outcome(Result.TEMPORARY, said)
    if status != 200:
        return Outcome(Result.FINAL, said)
    if code in (0, "0"):
        return Outcome(Result.ACCEPTED, said)
    if code is None:
        return Outcome(Result.UNKNOWN, said)
    return Outcome(Result.TEMPORARY if code in LATER.get(service, ()) else Result.FINAL, said)


def _by_apprise(url: str, title: str, text: str) -> Outcome:
    """Send through Apprise, which returns only success or failure."""
    import apprise

    service = apprise.Apprise()
    if not service.add(url):
        return Outcome(Result.FINAL, bilingual("Apprise 不认识这个地址", "Apprise does not know this address"))
    if service.notify(body=text, title=title):
        return Outcome(Result.ACCEPTED, "Apprise")
    return Outcome(
        Result.TEMPORARY,
        bilingual("服务没有接收（Apprise 不说明原因）", "The service did not take it (Apprise gives no reason)"),
    )
