"""The words of the rule language, in both languages, and its limits."""

# What each word means: (text, terminal of the grammar, value).
SYMBOLS: tuple[tuple[str, str, str], ...] = (
    (">=", "COMPARE", ">="),
    ("=>", "COMPARE", ">="),
    ("≥", "COMPARE", ">="),
    ("<=", "COMPARE", "<="),
    ("=<", "COMPARE", "<="),
    ("≤", "COMPARE", "<="),
    ("!=", "COMPARE", "!="),
    ("<>", "COMPARE", "!="),
    ("≠", "COMPARE", "!="),
    ("==", "COMPARE", "="),
    (">", "COMPARE", ">"),
    ("<", "COMPARE", "<"),
    ("=", "COMPARE", "="),
    ("+", "PLUS", "+"),
    ("-", "MINUS", "-"),
    ("−", "MINUS", "-"),
    ("*", "TIMES", "*"),
    ("×", "TIMES", "*"),
    ("/", "DIVIDE", "/"),
    ("÷", "DIVIDE", "/"),
    ("(", "OPEN", "("),
    (")", "CLOSE", ")"),
    ("[", "OPEN_LIST", "["),
    ("【", "OPEN_LIST", "["),
    ("]", "CLOSE_LIST", "]"),
    ("】", "CLOSE_LIST", "]"),
    (",", "COMMA", ","),
    ("、", "COMMA", ","),
)
CHINESE: tuple[tuple[str, str, str], ...] = (
    ("大于等于", "COMPARE", ">="),
    ("小于等于", "COMPARE", "<="),
    ("不低于", "COMPARE", ">="),
    ("不少于", "COMPARE", ">="),
    ("不超过", "COMPARE", "<="),
    ("不高于", "COMPARE", "<="),
    ("不等于", "COMPARE", "!="),
    ("大于", "COMPARE", ">"),
    ("高于", "COMPARE", ">"),
    ("超过", "COMPARE", ">"),
    ("小于", "COMPARE", "<"),
    ("低于", "COMPARE", "<"),
    ("等于", "COMPARE", "="),
    ("不属于", "NOT_IN", ""),
    ("属于", "IN", ""),
    ("不为空", "PRESENT", ""),
    ("为空", "MISSING", ""),
    ("介于", "BETWEEN", ""),
    ("并且", "AND", ""),
    ("且", "AND", ""),
    ("或者", "OR", ""),
    ("或", "OR", ""),
    ("非", "NOT", ""),
)
BETWEEN_ENDS = ("和", "至", "到")  # words only between the bounds of a range, so that a name may contain them elsewhere
ENGLISH: tuple[tuple[tuple[str, ...], str], ...] = (
    (("is", "not", "missing"), "PRESENT"),
    (("is", "missing"), "MISSING"),
    (("not", "in"), "NOT_IN"),
    (("in",), "IN"),
    (("between",), "BETWEEN"),
    (("and",), "AND"),
    (("or",), "OR"),
    (("not",), "NOT"),
)
FUNCTIONS = {"min": "min", "max": "max", "abs": "abs", "最小": "min", "最大": "max", "绝对值": "abs"}
# Units after a number: (kind of the constant, factor as text).
UNITS: dict[str, tuple[str, str]] = {
    "万元": ("money", "1e4"),
    "亿元": ("money", "1e8"),
    "元": ("money", "1"),
    "万": ("plain", "1e4"),
    "亿": ("plain", "1e8"),
    "thousand": ("plain", "1e3"),
    "million": ("plain", "1e6"),
    "billion": ("plain", "1e9"),
    "%": ("share", "1e-2"),
    "天": ("days", "1"),
    "日": ("days", "1"),
    "days": ("days", "1"),
    "day": ("days", "1"),
}
YES = {"是", "yes", "true"}
NO = {"否", "no", "false"}

# Limits of one rule. The worst rule within them is measured in benchmarks/expressions.py.
MAX_LENGTH = 4_000  # characters
MAX_TOKENS = 1_000
MAX_DEPTH = 24  # nesting depth of brackets, negations and sums
MAX_ITEMS = 200  # entries of one list
MAX_DIGITS = 15  # significant digits of a number
MAX_NUMBER = 10**15
MAX_COST = 2_000  # column operations of one evaluation

# User-facing names of terminals.
TERMINALS: dict[str, tuple[str, str]] = {
    "COMPARE": ("比较（>=、<、= 等）", "a comparison (>=, <, = …)"),
    "PLUS": ("+", "+"),
    "MINUS": ("-", "-"),
    "TIMES": ("*", "*"),
    "DIVIDE": ("/", "/"),
    "OPEN": ("左括号", "an opening bracket"),
    "CLOSE": ("右括号", "a closing bracket"),
    "OPEN_LIST": ("[", "["),
    "CLOSE_LIST": ("]", "]"),
    "COMMA": ("逗号", "a comma"),
    "IN": ("属于", "in"),
    "NOT_IN": ("不属于", "not in"),
    "MISSING": ("为空", "is missing"),
    "PRESENT": ("不为空", "is not missing"),
    "BETWEEN": ("介于", "between"),
    "TO": ("“和”", "“and”"),
    "AND": ("且", "and"),
    "OR": ("或", "or"),
    "NOT": ("非", "not"),
    "FUNCTION": ("min、max 或 abs", "min, max or abs"),
    "CONSTANT": ("数值、日期或文字", "a number, a date or a text"),
    "NAME": ("字段", "a field"),
    "$END": ("规则结束", "the end of the rule"),
}
