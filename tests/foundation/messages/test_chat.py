"""Sending a text to a chat service: signed as it requires, its answer read, and only to allowed addresses."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.messages import chat
from dakehu.foundation.messages.outcome import Result

MOMENT = 1_764_500_000


@pytest.fixture(scope="module")
def robot():
    """Run a local group robot that gives the answers set in `answers`."""

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.got.append((self.path, body))
            answer = self.server.answers.pop(0) if self.server.answers else {"errcode": 0, "errmsg": "ok"}
            if answer == "hang up":
                return
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *words):
            """Log nothing."""

    server = HTTPServer(("127.0.0.1", 0), Robot)
    server.got, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address_of(robot, path="/cgi-bin/webhook/send?key=abc"):
    return chat.read_address(f"http://127.0.0.1:{robot.server_port}{path}", hosts=["127.0.0.1"])


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"errcode": 0, "errmsg": "ok"}, Result.ACCEPTED),
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, Result.TEMPORARY),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, Result.FINAL),
        ("hang up", Result.UNKNOWN),
    ],
)
def test_http_200_alone_means_nothing(robot, answer, result):
    robot.answers[:] = [answer]
    assert chat.send(address_of(robot), "提醒", "3 项跟进今天到期").result is result
    assert robot.got[-1][1] == {"msgtype": "text", "text": {"content": "提醒\n3 项跟进今天到期"}}


def test_a_service_that_is_away_is_asked_again_later():
    address = chat.ChatAddress("wecom", "http://127.0.0.1:9/cgi-bin/webhook/send?key=1")
    assert chat.send(address, "", "x").result is Result.TEMPORARY


def test_dingtalk_and_feishu_are_signed_each_in_its_own_way():
    ding = chat.read_address("https://oapi.dingtalk.com/robot/send?access_token=t#SECabc")
    url, _ = chat.request_of(ding, "x", MOMENT)
    asked = parse_qs(urlsplit(url).query)
    signed = hmac.new(b"SECabc", f"{MOMENT}000\nSECabc".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(signed).decode()] and asked["access_token"] == ["t"]
    lark = chat.read_address("https://open.larksuite.com/open-apis/bot/v2/hook/abc#geheim")
    url, body = chat.request_of(lark, "x", MOMENT)
    signed = hmac.new(f"{MOMENT}\ngeheim".encode(), b"", hashlib.sha256).digest()
    assert body["sign"] == base64.b64encode(signed).decode() and "geheim" not in url


@pytest.mark.parametrize(
    "text",
    [
        "https://10.0.0.1/cgi-bin/webhook/send?key=1",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://evil.example.com/robot/send",
        "json://127.0.0.1/",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_nobody_allowed_is_refused(text):
    with pytest.raises(Refused):
        chat.read_address(text)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # one of Apprise's services imports it
def test_other_services_go_through_apprise_where_the_administrator_opened_them():
    known = chat.read_address("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", services=["slack"])
    assert known.service == "apprise"
    assert chat.send(chat.ChatAddress("apprise", "nonsense://"), "a", "b").result is Result.FINAL
