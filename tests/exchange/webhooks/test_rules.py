"""Signatures, addresses and retries of webhooks."""

import ipaddress
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dakehu.exchange.webhooks import rules

OFFICE = (ipaddress.ip_network("10.1.0.0/16"),)


def headers(secret: str, body: str, message_id: str = "msg_1") -> dict[str, str]:
    moment = int(datetime.now(UTC).timestamp())
    signed = rules.signature([secret], message_id, moment, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(moment), "webhook-signature": signed}


def test_the_library_of_standard_webhooks_verifies_our_signature_and_refuses_another_body_id_or_secret():
    secret, body = rules.new_secret(), '{"type":"request.opened","data":{"client":"C0001"}}'
    assert Webhook(secret).verify(body, headers(secret, body)) == {
        "type": "request.opened",
        "data": {"client": "C0001"},
    }
    for broken in (headers(secret, body + " "), headers(rules.new_secret(), body), headers(secret, body, "msg_2")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, broken)


def test_while_a_secret_is_rotated_both_verify():
    old, new, body, moment = rules.new_secret(), rules.new_secret(), "{}", int(datetime.now(UTC).timestamp())
    signed = rules.signature([new, old], "msg_1", moment, body)
    for secret in (old, new):
        Webhook(secret).verify(
            body, {"webhook-id": "msg_1", "webhook-timestamp": str(moment), "webhook-signature": signed}
        )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_private_addresses_in_whatever_form_are_refused(address):
    assert not rules.may_be_sent_to(address, ())


def test_public_addresses_are_taken_and_private_ones_where_they_are_allowed():
    assert rules.may_be_sent_to("1.1.1.1", ()) and rules.may_be_sent_to("2606:4700::1", ())
    assert rules.may_be_sent_to("10.1.2.3", OFFICE) and rules.may_be_sent_to("::ffff:10.1.2.3", OFFICE)
    assert not rules.may_be_sent_to("10.2.0.1", OFFICE)


def test_an_endpoint_is_an_https_address_without_a_user():
    assert rules.is_address("https://oa.example.com/hook?x=1", ())
    for wrong in ("http://oa.example.com/", "https://u:p@oa.example.com/", "ftp://x/", "https://", "https://x:99999/"):
        assert not rules.is_address(wrong, ())
    assert rules.is_address("http://10.1.2.3/hook", OFFICE)


def test_a_failed_message_is_tried_again_ever_later_and_given_up_after_four_days():
    waits = [rules.delay(attempt) for attempt in range(1, len(rules.DELAYS) + 1)]
    assert waits == sorted(waits) and rules.delay(len(rules.DELAYS) + 1) is None
    assert 3 <= sum(wait.total_seconds() for wait in waits) / 86_400 <= 5
