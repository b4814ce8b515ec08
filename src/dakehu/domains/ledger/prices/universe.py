"""Which securities prices are asked for, and since when."""

from datetime import date

from dakehu.domains.ledger.models import PriceFile, SecurityCode, SecurityKind

PRICED_KINDS = (SecurityKind.STOCK, SecurityKind.FUND, SecurityKind.INDEX)


def priced_codes() -> tuple[list[str], date | None]:
    """(the codes of shares, funds and indices that are entered, an index as index:000300.SH; the last day of which any price
    is known)."""
    rows = SecurityCode.objects.filter(
        until=None, product__kind__in=PRICED_KINDS, market__in=("SH", "SZ", "BJ")
    ).order_by("code")
    told = [
        f"{'index:' if kind == SecurityKind.INDEX else ''}{code}.{market}"
        for code, market, kind in rows.values_list("code", "market", "product__kind")
    ]
    return told, PriceFile.objects.order_by("-day").values_list("day", flat=True).first()
