"""List the securities whose prices are fetched."""

from datetime import date

from dakehu.domains.ledger.models import PriceFile, SecurityCode, SecurityKind

PRICED_KINDS = (SecurityKind.STOCK, SecurityKind.FUND, SecurityKind.INDEX)


def priced_codes() -> tuple[list[str], date | None]:
    """Return (codes of registered shares, funds and indices; last day with any price).

    An index is written as index:000300.SH. The day is None without prices.
    """
    rows = SecurityCode.objects.filter(
        until=None, product__kind__in=PRICED_KINDS, market__in=("SH", "SZ", "BJ")
    ).order_by("code")
    codes = [
        f"{'index:' if kind == SecurityKind.INDEX else ''}{code}.{market}"
        for code, market, kind in rows.values_list("code", "market", "product__kind")
    ]
    return codes, PriceFile.objects.order_by("-day").values_list("day", flat=True).first()
