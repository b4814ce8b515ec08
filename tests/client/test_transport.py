"""What the client refuses, and its error message if a desk does not answer correctly. No desk is needed."""

import httpx
import pyarrow as pa
import pytest

from dakehu.client import Desk, Incomplete, Refused, Unavailable
from dakehu.client.transport import ARROW

LOCAL = "http://127.0.0.1:9"


def desk_that_answers(*answers, **given):
    """Return a client whose transport gives these answers in turn."""
    desk, waiting = Desk(LOCAL, "token", **given), iter(answers)
    desk._transport._client._transport = httpx.MockTransport(lambda request: next(waiting))
    return desk


def arrow_bytes(*, whole):
    schema = pa.schema([("n", pa.int64())])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([[1, 2]], schema=schema))
        if whole:
            writer.write_batch(pa.record_batch([[]], schema=schema), custom_metadata={"complete": "true"})
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize(
    "url", ["http://desk.example", "ftp://desk.example", "desk.example", "https://lin:secret@desk.example"]
)
def test_the_token_is_not_sent_unprotected(url):
    with pytest.raises(ValueError, match="https"):
        Desk(url, "token")


def test_another_network_has_to_be_named_as_protected():
    assert repr(Desk("http://desk.example/", "token", plain_http=True)) == "<Desk http://desk.example>"


@pytest.mark.parametrize("token", ["", "two words", "令牌"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(token):
    with pytest.raises(ValueError) as fault:
        Desk("https://desk.example", token)
    assert not token or token not in str(fault.value)


def test_a_whole_table_is_read_and_one_that_was_cut_off_is_not():
    kind = {"Content-Type": ARROW}
    whole = desk_that_answers(httpx.Response(200, headers=kind, content=arrow_bytes(whole=True)))
    assert whole.clients().rows() == [{"n": 1}, {"n": 2}]
    for content in (arrow_bytes(whole=False), arrow_bytes(whole=True)[:-300]):
        with pytest.raises(Incomplete):
            desk_that_answers(httpx.Response(200, headers=kind, content=content)).clients().arrow()


def test_a_page_of_somebody_else_is_no_answer_of_a_desk():
    with pytest.raises(Unavailable, match="Arrow"):
        desk_that_answers(httpx.Response(200, html="<html>")).clients().arrow()
    with pytest.raises(Unavailable, match="502"):
        desk_that_answers(httpx.Response(502, html="<html>")).ask("team.me")


def test_a_redirect_is_not_followed_with_the_token():
    with pytest.raises(Unavailable, match="302"):
        desk_that_answers(httpx.Response(302, headers={"Location": "https://elsewhere.example"})).ask("team.me")


def test_an_action_is_sent_again_after_429_only(monkeypatch):
    waited = []
    monkeypatch.setattr("dakehu.client.transport.time.sleep", waited.append)
    busy = httpx.Response(429, headers={"Retry-After": "2"}, json={"messages": {"": ["慢一点"]}})
    assert desk_that_answers(busy, httpx.Response(200, json={"id": 1})).perform("a.b") == {"id": 1}
    long_write = httpx.Response(503, json={"messages": {"": ["正在写入"]}})
    with pytest.raises(Unavailable, match="正在写入"):
        desk_that_answers(long_write).perform("a.b")
    assert desk_that_answers(long_write, httpx.Response(200, json=[])).ask("a.b") == [] and waited == [2.0, 1.0]


def test_patience_has_an_end():
    busy = httpx.Response(429, headers={"Retry-After": "60"}, json={"messages": {"": ["慢一点"]}})
    with pytest.raises(Refused, match="慢一点") as refused:
        desk_that_answers(busy, patience=10).ask("a.b")
    assert refused.value.status == 429
