"""Which client information is required, which terms fit, and the minimum grade of a product. Pure."""

# 《证券期货投资者适当性管理办法》 art. 6, as far as the desk has a field for it.
REQUIRED_OF_PERSONS = ("name", "address", "occupation", "education", "income_band")
REQUIRED_OF_ORGANISATIONS = ("name", "address", "controller", "beneficial_owner", "legal_representative")
REQUIRED_OF_GOALS = ("goal", "term", "bearable_loss")
TERMS = ("short", "medium", "long")


def term_fits(wanted: str, product: str) -> bool | None:
    """Return whether a product ends within the term of the goal; None where either is unknown."""
    if wanted not in TERMS or product not in TERMS:
        return None
    return TERMS.index(product) <= TERMS.index(wanted)


def at_least(level: str, floor: str) -> str:
    """Return the level of a product, its floor where that is higher or the product has none."""
    return max(level, floor)


def grade_fault(level: str, floor: str) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why a product may not be graded so, None where it may (art. 36: not below the floor)."""
    if level and floor and level < floor:
        return (
            "risk_level",
            "产品风险等级不能低于 {floor}（行业协会名录或本机构规定的下限）。",
            "A product may not be graded below {floor}, the floor of the association's list or of the firm.",
        )
    return None
