"""Each of 10,000 hostile texts becomes a bounded rule or one plain refusal; none executes anything."""

import sys

import polars as pl

from dakehu.foundation.expressions import ExpressionError, clauses, complete, describe
from dakehu.foundation.expressions.words import MAX_COST, MAX_DEPTH
from tests.foundation.expressions.fuzz import RULES, texts
from tests.foundation.expressions.sample import FACTS, rule
from tests.foundation.expressions.test_columns import POLARS

RUNNING = ("exec", "compile", "import", "open", "os.system", "subprocess.Popen", "socket.connect", "ctypes.dlopen")
seen: list[str] = []
watching = False


def note(event: str, _details: tuple) -> None:
    if watching and event in RUNNING:
        seen.append(event)


sys.addaudithook(note)


def test_ten_thousand_texts_are_understood_or_refused_and_run_nothing():
    global watching
    frame = pl.DataFrame(schema={fact.name: POLARS[fact.kind] for fact in FACTS.values()}).clear(n=3)
    for text in RULES:  # modules imported on first use are imported now
        checked = rule(text)
        frame.select(checked.condition.alias("x"))
        complete(text, len(text), FACTS)
    understood, watching = 0, True
    try:
        for text in texts(10_000):
            try:
                checked = rule(text)
            except ExpressionError as error:
                assert 0 <= error.start <= error.end and error.line >= 1 and error.column >= 1
                assert str(error)
                continue
            understood += 1
            assert checked.cost <= MAX_COST
            assert max(node.depth for node in checked.node.walk()) <= MAX_DEPTH + 1
            assert frame.select(checked.condition.alias("x")).height == 3
            if len(text) < 1_000:  # the English text of a long rule may exceed the maximum length
                assert rule(checked.text("zh")).node == rule(checked.text("en")).node == checked.node, text
            describe(checked, {}, "zh")
            clauses(checked)
    finally:
        watching = False
    assert seen == []
    assert 500 < understood < 9_000  # both results occurred often


def test_completion_never_fails_on_a_hostile_text():
    for text in texts(1_500, seed=3):
        for position in (0, len(text) // 2, len(text)):
            assert len(complete(text, position, FACTS)) <= 30
