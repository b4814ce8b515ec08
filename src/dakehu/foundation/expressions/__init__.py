"""The language of rules: `总资产 >= 500万 且 距上次联系 > 30天` over declared facts, compiled to whole columns.

Safe by construction: a rule only compares facts, without code, attributes, loops or patterns, and its length, depth
and cost are bounded. Reasons: docs/decisions/0088; syntax: the guide page `rules`.
"""

from dakehu.foundation.expressions.checks import CheckedRule, check, compile_rule
from dakehu.foundation.expressions.clauses import Clause, clauses, from_clauses
from dakehu.foundation.expressions.completion import Suggestion, complete
from dakehu.foundation.expressions.errors import ExpressionError
from dakehu.foundation.expressions.nodes import Node
from dakehu.foundation.expressions.parser import parse
from dakehu.foundation.expressions.sentence import describe

__all__ = [
    "CheckedRule",
    "Clause",
    "ExpressionError",
    "Node",
    "Suggestion",
    "check",
    "clauses",
    "compile_rule",
    "complete",
    "describe",
    "from_clauses",
    "parse",
]
