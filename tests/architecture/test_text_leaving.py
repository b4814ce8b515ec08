"""Every place that sends text is listed in text_leaving.toml, and text sent to a client passes the wording check."""

import ast
import inspect
import tomllib
from functools import cache
from pathlib import Path

from dakehu.domains.compliance.wording import lexicon, rules
from dakehu.domains.service.deliveries import client_text, handover
from dakehu.exchange.reports import formats
from dakehu.foundation.base.i18n import Bilingual

ROOT = Path(__file__).parents[2] / "src"
TABLE = tomllib.loads(Path(__file__).with_name("text_leaving.toml").read_text(encoding="utf-8"))
OUTBOX = "dakehu.domains.service.deliveries.outbox"
TRANSPORTS = (
    "dakehu.foundation.messages.mail",
    "dakehu.foundation.messages.chat",
    "smtplib",
    "apprise",
    "email.message",
)
BUILDERS = ("dakehu.exchange.reports.typst_pdf",)
READS_ONLY = {  # parse incoming mail, or refer to types only
    "dakehu.exchange.mailbox",
    "dakehu.domains.service.mail",
}


@cache
def modules():
    found = []
    for path in sorted((ROOT / "dakehu").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found.append((name, ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.module
            yield from ((f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names)


def queues(tree):
    """Check whether a module puts something into the outbox: outbox.queue(…), or queue imported from there."""
    names = dict(imported(tree))
    direct = names.get(f"{OUTBOX}.queue")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == direct:
            return True
        if isinstance(node.func, ast.Attribute) and node.func.attr == "queue":
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == names.get(OUTBOX, "outbox"):
                return True
    return False


def sends(tree):
    """Check whether a module builds or sends messages, or prints a document for a client."""
    found = {name for name, _ in imported(tree)}
    return bool(found & {*TRANSPORTS, *BUILDERS} - {"email.message"}) or "email.message.EmailMessage" in found


def test_every_place_where_text_leaves_is_listed():
    found = {
        name for name, tree in modules() if queues(tree) or (sends(tree) and not name.startswith(tuple(READS_ONLY)))
    }
    unknown = sorted(found - set(TABLE))
    gone = sorted(set(TABLE) - found)
    assert unknown == [], "text leaves here: check it through client_text.refusals and list it in text_leaving.toml"
    assert gone == [], "no text leaves here any more"


def test_a_new_place_would_be_found():
    tree = ast.parse(f"from {OUTBOX.rpartition('.')[0]} import outbox\noutbox.queue(channel='mail')")
    assert queues(tree)
    assert queues(ast.parse(f"from {OUTBOX} import queue as put\nput(channel='mail')"))
    assert sends(ast.parse("import smtplib"))


def test_only_the_outbox_hands_over_to_a_transport():
    users = {
        name
        for name, tree in modules()
        if {"dakehu.foundation.messages.mail", "dakehu.foundation.messages.chat"} & {one for one, _ in imported(tree)}
    }
    assert users <= {"dakehu.domains.service.deliveries.sending", "dakehu.domains.service.deliveries.addresses"}


def test_every_text_to_a_client_is_checked_when_it_is_handed_over():
    assert "client_text.refusals(" in inspect.getsource(handover._refusals)
    assert "_refusals(" in inspect.getsource(handover.claim_delivery)
    assert "reviews.rule_of(" in inspect.getsource(client_text.refusals)


def test_the_fixed_words_of_the_client_report_pass():
    said = [text for table in vars(formats).values() if isinstance(table, dict) for text in table.values()]
    texts = [text.in_(code) for text in said if isinstance(text, Bilingual) for code in ("zh", "en")]
    assert len(texts) > 20
    entries = lexicon.entries()
    kept = {text: [hit.rule for hit in rules.check(text, entries)] for text in texts}
    assert {text: hits for text, hits in kept.items() if hits} == {}
