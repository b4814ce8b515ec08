"""Products and the codes they are dealt under: found, and entered when a statement names a new one."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dakehu.domains.ledger.models import Product, SecurityCode
from dakehu.domains.ledger.products.security_codes import Security
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

Key = tuple[str, str]


def known_products(keys: Iterable[Key]) -> dict[Key, int]:
    """{(code, market): product number} of those that are entered."""
    wanted = set(keys)
    codes = sorted({code for code, _ in wanted})
    found: dict[Key, int] = {}
    for start in range(0, len(codes), 5000):
        rows = SecurityCode.objects.filter(code__in=codes[start : start + 5000])
        found.update({(c, m): p for c, m, p in rows.values_list("code", "market", "product_id") if (c, m) in wanted})
    return found


@action("ledger.learn_products", needs=Permission.IMPORT, zh="登记新产品", en="Enter new products", is_public=False)
def register_products(*, named: dict[Security, tuple[str, str]]) -> dict[Key, int]:
    """Enter what is new of {security: (name, currency)}; returns the numbers of all of them. In an act of its own, so
    that undoing an import leaves products, which others may hold by then."""
    have = known_products((s.code, s.market) for s in named)
    new = [s for s in named if (s.code, s.market) not in have]
    products = [Product(name=(named[s][0] or s.code)[:120], kind=s.kind, currency=named[s][1], lot=1) for s in new]
    if products:
        record_rows(Product, products, [], [])
        codes = [SecurityCode(product=p, market=s.market, code=s.code) for s, p in zip(new, products, strict=True)]
        record_rows(SecurityCode, codes, [], [])
        have.update({(c.code, c.market): c.product_id for c in codes})
    return have


def names_of(codes: Iterable[str]) -> dict[Key, str]:
    """{(code, market): name} of the products that are entered under some codes."""
    wanted, found = sorted(set(codes)), {}
    for start in range(0, len(wanted), 5000):
        rows = SecurityCode.objects.filter(code__in=wanted[start : start + 5000])
        found.update(
            {(code, market): name for code, market, name in rows.values_list("code", "market", "product__name")}
        )
    return found


def product_names(numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """{product number: {code, market, name, kind}}, the code in use last."""
    made: dict[int, dict[str, Any]] = {}
    rows = SecurityCode.objects.filter(product_id__in=sorted(set(numbers))).order_by("since", "pk")
    for row in rows.select_related("product"):
        made[row.product_id] = {
            "code": row.code,
            "market": row.market,
            "name": row.product.name,
            "kind": row.product.kind,
        }
    return made


@action(
    "ledger.change_code",
    needs=Permission.SYSTEM_WRITE,
    zh="变更证券代码",
    en="Change a security code",
    parameters=(
        Parameter("code", spec=FieldSpec("原代码", "Old code")),
        Parameter("market", spec=FieldSpec("市场", "Market")),
        Parameter("new_code", spec=FieldSpec("新代码", "New code")),
        Parameter("new_market", required=False, spec=FieldSpec("新市场", "New market")),
        Parameter("since", kind="date", spec=FieldSpec("启用日期", "Since")),
    ),
)
def change_code(*, code: str, market: str, new_code: str, since: date, new_market: str | None = None) -> SecurityCode:
    """A security goes by another code from a day on (as Beijing's shares do by 920xxx): the product stays, and trades
    under either code are trades of one security."""
    old = SecurityCode.objects.filter(code=code, market=market).first()
    if old is None:
        raise NotFound(bilingual("证券代码", "security code"), f"{code}.{market}")
    place = new_market or market
    if SecurityCode.objects.filter(code=new_code, market=place).exists():
        raise Refused(
            {
                "new_code": [
                    bilingual(
                        "代码 {code}.{market} 已有产品使用。",
                        "Code {code}.{market} is in use already.",
                        code=new_code,
                        market=place,
                    )
                ]
            }
        )
    old.until = since
    old.save()
    made = SecurityCode(product=old.product, market=place, code=new_code, since=since)
    made.save()
    return made
