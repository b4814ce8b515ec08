"""Views of the book named in a question: the words that name one, and the rest of the question. Pure."""

from dakehu.domains.insight.choices import BookView

FURTHER = {
    BookView.FLOWS: ("净流入", "资金流入流出", "net inflow"),
    BookView.COHORTS: ("队列", "cohort"),
    BookView.RETENTION: ("留存率", "留存"),
    BookView.TIERS: ("升降级", "迁移", "tier migration"),
    BookView.CONCENTRATION: ("集中度",),
    BookView.PRODUCTS: ("渗透率", "渗透"),
    BookView.COSTS: ("服务成本", "service cost"),
}  # further names of a view


JOINING = ("of", "for", "by", "的", "：", ":")  # words that may follow a view named first


def find_view(text: str) -> tuple[BookView, str, bool] | None:
    """Return (view, the question with blanks in place of its name, whether it is the full name), None without one.

    A view is named at the end, or at the start followed by a joining word; elsewhere, as in “净流入 超过 100 万”, the words
    refer to a column. The longest name is used; positions of other words are unchanged.
    """
    lower = text.casefold()
    end = len(lower.rstrip(" ?？。."))
    names = [(name.casefold(), view, name in (view.zh, view.en)) for view in BookView for name in _names(view)]
    for name, view, is_full in sorted(names, key=lambda one: -len(one[0])):
        at = lower.rfind(name)
        if at < 0:
            continue
        rest = lower[at + len(name) : end].strip()
        is_first = not lower[:at].strip() and rest.startswith(JOINING)
        if not rest or is_first:
            return view, text[:at] + " " * len(name) + text[at + len(name) :], is_full
    return None


def _names(view: BookView) -> tuple[str, ...]:
    return (view.zh, view.en, *FURTHER[view])
