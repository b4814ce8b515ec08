"""Views of the book named in a question: the words that name one, and what is left of the question. Pure."""

from dakehu.domains.insight.choices import BookView

FURTHER = {
    BookView.FLOWS: ("净流入", "资金流入流出", "net inflow"),
    BookView.COHORTS: ("队列", "cohort"),
    BookView.RETENTION: ("留存率", "留存"),
    BookView.TIERS: ("升降级", "迁移", "tier migration"),
    BookView.CONCENTRATION: ("集中度",),
    BookView.PRODUCTS: ("渗透率", "渗透"),
    BookView.COSTS: ("服务成本", "service cost"),
}  # what people call a view besides its names


def find_view(text: str) -> tuple[BookView, str] | None:
    """Return (view, the question with blanks in place of its name), None where no view is named.

    The longest name that the text holds counts; places of other words stay as they are.
    """
    lower = text.casefold()
    names = [(name.casefold(), view) for view in BookView for name in (view.zh, view.en, *FURTHER[view])]
    for name, view in sorted(names, key=lambda pair: -len(pair[0])):
        at = lower.find(name)
        if at >= 0:
            return view, text[:at] + " " * len(name) + text[at + len(name) :]
    return None
