"""The grammar, and the tree of a text. Lark's LALR parser does not backtrack: time is linear in the length."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.lexer import Lexer as LarkLexer
from lark.parsers.lalr_interactive_parser import InteractiveParser

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.expressions import words
from dakehu.foundation.expressions.errors import ExpressionError, refuse
from dakehu.foundation.expressions.lexer import Lexer, Word
from dakehu.foundation.expressions.nodes import Node, Place, branch

END = "$END"
GRAMMAR = """
?start: condition
?condition: conjunction | conjunction (OR conjunction)+ -> either
?conjunction: negation | negation (AND negation)+ -> both
?negation: relation | NOT negation -> negated
?relation: sum
    | sum COMPARE sum -> compared
    | sum IN entries -> listed
    | sum NOT_IN entries -> not_listed
    | sum MISSING -> missing
    | sum PRESENT -> present
    | sum BETWEEN sum (AND | TO) sum -> between
entries: items | OPEN_LIST items CLOSE_LIST -> bracketed | OPEN items CLOSE -> bracketed
items: item (COMMA item)*
?item: CONSTANT | NAME | MINUS CONSTANT -> minus
?sum: product | sum PLUS product -> arithmetic | sum MINUS product -> arithmetic
?product: factor | product TIMES factor -> arithmetic | product DIVIDE factor -> arithmetic
?factor: atom | MINUS factor -> minus
?atom: CONSTANT
    | NAME
    | FUNCTION OPEN sum (COMMA sum)* CLOSE -> call
    | OPEN condition CLOSE -> grouped

%declare OR AND NOT COMPARE IN NOT_IN MISSING PRESENT BETWEEN TO
%declare PLUS MINUS TIMES DIVIDE OPEN CLOSE OPEN_LIST CLOSE_LIST COMMA FUNCTION CONSTANT NAME
"""


def node_at(op: str, parts: tuple[Node, ...], value: Any = None, place: Place | None = None) -> Node:
    """Return a node over others; refuse nesting that is too deep."""
    node = branch(op, parts, value, "condition" if op in CONDITIONS else "", place)
    if node.depth > words.MAX_DEPTH:
        refuse(
            node.place,
            "规则嵌套太深（最多 {n} 层），请拆成几条规则。",
            "This rule is nested too deep (at most {n} levels): split it into several.",
            n=words.MAX_DEPTH,
        )
    return node


CONDITIONS = {"or", "and", "not", "compare", "in", "missing", "between"}


def nodes_of(children: Iterable[Any]) -> tuple[Node, ...]:
    return tuple(child if isinstance(child, Node) else child.value for child in children if is_node(child))


def is_node(child: Any) -> bool:
    return isinstance(child, Node) or (isinstance(child, Token) and child.type in ("CONSTANT", "NAME"))


class TreeBuilder(Transformer[Token, Node]):
    """Builds nodes from grammar matches, bottom-up."""

    def either(self, children: list[Any]) -> Node:
        return node_at("or", nodes_of(children))

    def both(self, children: list[Any]) -> Node:
        return node_at("and", nodes_of(children))

    def negated(self, children: list[Any]) -> Node:
        return node_at("not", nodes_of(children), place=span_of(children))

    def compared(self, children: list[Any]) -> Node:
        return node_at("compare", nodes_of((children[0], children[2])), children[1].value.value)

    def listed(self, children: list[Any]) -> Node:
        return self.membership(children, False)

    def not_listed(self, children: list[Any]) -> Node:
        return self.membership(children, True)

    def membership(self, children: list[Any], is_negated: bool) -> Node:
        (operand,) = nodes_of(children[:1])
        items = children[2]
        if len(items) > words.MAX_ITEMS:
            refuse(
                operand.place,
                "列表最多 {n} 项。",
                "A list holds at most {n} entries.",
                n=words.MAX_ITEMS,
            )
        return node_at("in", (operand, *items), is_negated)

    def items(self, children: list[Any]) -> tuple[Node, ...]:
        return nodes_of(children)

    def entries(self, children: list[Any]) -> tuple[Node, ...]:
        return children[0]

    def bracketed(self, children: list[Any]) -> tuple[Node, ...]:
        return children[1]

    def missing(self, children: list[Any]) -> Node:
        return node_at("missing", nodes_of(children), False, span_of(children))

    def present(self, children: list[Any]) -> Node:
        return node_at("missing", nodes_of(children), True, span_of(children))

    def between(self, children: list[Any]) -> Node:
        return node_at("between", nodes_of(children))

    def arithmetic(self, children: list[Any]) -> Node:
        return node_at("add", nodes_of((children[0], children[2])), children[1].value.value)

    def minus(self, children: list[Any]) -> Node:
        (operand,) = nodes_of(children[1:])
        place = span_of(children)
        if operand.op == "constant" and operand.kind not in ("text", "day"):
            return Node("constant", value=-operand.value, kind=operand.kind, place=place)
        return node_at("negate", (operand,), place=place)

    def call(self, children: list[Any]) -> Node:
        return node_at("call", nodes_of(children), children[0].value.value, span_of(children))

    @v_args(inline=True)
    def grouped(self, _open: Token, inner: Any, _close: Token) -> Node:
        (node,) = nodes_of([inner])
        return node


def span_of(children: list[Any]) -> Place:
    """Return the place from the first child to the last."""
    first, last = (
        child.place if isinstance(child, Node) else child.value.place for child in (children[0], children[-1])
    )
    return Place(first.start, last.end, first.line, first.column)


class _NoLexer(LarkLexer):
    """Placeholder for the lexer that Lark requires; words are fed to the parser one by one instead."""

    __future_interface__ = 2

    def __init__(self, _settings: Any) -> None:
        pass

    def lex(self, _lexer_state: Any, _parser_state: Any) -> Iterator[Token]:
        return iter(())


@lru_cache(maxsize=1)
def grammar() -> Lark:
    """Return the parser tables, built once."""
    return Lark(GRAMMAR, parser="lalr", lexer=_NoLexer, transformer=TreeBuilder())


def begin() -> InteractiveParser:
    """Return a parser before the first word."""
    return grammar().parse_interactive()


def feed_word(parser: InteractiveParser, word: Word) -> Any:
    """Feed the parser a word. Raises lark's UnexpectedToken if it is not allowed here."""
    value = word.value if isinstance(word.value, Node) else word
    try:
        return parser.feed_token(Token(word.terminal, value))
    except VisitError as error:
        raise error.orig_exc from None


def accepted_terminals(parser: InteractiveParser) -> set[str]:
    """Return the terminals allowed next."""
    return set(parser.accepts())  # type: ignore[no-untyped-call]  # lark says no types here


def parse(text: str, names: Iterable[str] = ()) -> Node:
    """Return the tree of a rule.

    `names`: names of fields and choices in the form of `lexer.normal`, each recognised as one word. Raises
    ExpressionError with line, column and the allowed alternatives.
    """
    lexer = Lexer(text, names)
    found = lexer.words()
    end = lexer.place(len(text), len(text))
    if not found:
        refuse(end, "请写一条规则，例如：总资产 >= 500万。", "Write a rule, for example: total assets >= 5 million.")
    parser, depth = begin(), 0
    for word in found:
        depth += {"OPEN": 1, "CLOSE": -1}.get(word.terminal, 0)
        if depth > words.MAX_DEPTH:
            refuse(
                word.place,
                "括号嵌套太深（最多 {n} 层）。",
                "Too many brackets within one another (at most {n}).",
                n=words.MAX_DEPTH,
            )
        try:
            feed_word(parser, word)
        except UnexpectedToken:
            raise unexpected_word_error(parser, word, text) from None
    try:
        tree = feed_word(parser, Word(END, "", end))
    except UnexpectedToken:
        raise unfinished_rule_error(parser, end) from None
    (node,) = nodes_of([tree])
    return node


def expected_words(parser: InteractiveParser) -> tuple[str, ...]:
    """Return the tokens allowed next, those that open or compare first."""
    order = list(words.TERMINALS)
    return tuple(sorted(accepted_terminals(parser), key=order.index))


def expectation(parser: InteractiveParser) -> Bilingual:
    """Return what is allowed next, as text in both languages."""
    tokens = [word for word in expected_words(parser) if word not in ("PLUS", "MINUS", "TIMES", "DIVIDE", "TO")]
    names = [words.TERMINALS[word] for word in tokens if word != END] or [words.TERMINALS[END]]
    return bilingual("、".join(zh for zh, _ in names), ", ".join(en for _, en in names))


def unexpected_word_error(parser: InteractiveParser, word: Word, text: str) -> ExpressionError:
    """Return the error for a word that is not allowed at its position."""
    said = text[word.place.start : word.place.end]
    if word.terminal == "COMPARE" and "AND" in accepted_terminals(parser):
        return ExpressionError(
            bilingual(
                "一个条件只能比较一次；范围请写“介于 … 和 …”。",
                "A condition compares once; write a range as “between … and …”.",
            ),
            word.place,
        )
    return ExpressionError(
        bilingual(
            "此处不能写“{said}”，可以写：{expected}。",
            "“{said}” cannot stand here; what can: {expected}.",
            said=said[:40],
            expected=expectation(parser),
        ),
        word.place,
        expected_words(parser),
    )


def unfinished_rule_error(parser: InteractiveParser, end: Place) -> ExpressionError:
    """Return the error for a rule that ends too early."""
    return ExpressionError(
        bilingual(
            "规则还没有写完，后面需要：{expected}。",
            "The rule is not finished; next comes: {expected}.",
            expected=expectation(parser),
        ),
        end,
        expected_words(parser),
    )
