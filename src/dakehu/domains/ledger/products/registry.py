"""Find products by security code, and register new ones."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dakehu.domains.ledger.models import Product, SecurityCode
from dakehu.domains.ledger.products.security_codes import Security
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

Key = tuple[str, str]


def known_products(keys: Iterable[Key]) -> dict[Key, int]:
    """Return {(code, market): product id} of registered codes."""
    wanted = set(keys)
    codes = sorted({code for code, _ in wanted})
    products: dict[Key, int] = {}
    for start in range(0, len(codes), 5000):
        rows = SecurityCode.objects.filter(code__in=codes[start : start + 5000])
        products.update(
            {
                (code, market): product
                for code, market, product in rows.values_list("code", "market", "product_id")
                if (code, market) in wanted
            }
        )
    return products


@action(
    "ledger.register_products",
    needs=Permission.IMPORT,
    zh="登记新产品",
    en="Register new products",
    is_public=False,
    offers_undo=False,
)
def register_products(*, named: dict[Security, tuple[str, str]]) -> dict[Key, int]:
    """Register new securities of {security: (name, currency)}.

    Returns {(code, market): product id} of all. A separate action, so that undoing an import keeps products, which
    other clients may hold by then.
    """
    ids = known_products((security.code, security.market) for security in named)
    new = [security for security in named if (security.code, security.market) not in ids]
    products = [
        Product(
            name=(named[security][0] or security.code)[:120], kind=security.kind, currency=named[security][1], lot=1
        )
        for security in new
    ]
    if products:
        record_rows(Product, products, [], [])
        codes = [
            SecurityCode(product=product, market=security.market, code=security.code)
            for security, product in zip(new, products, strict=True)
        ]
        record_rows(SecurityCode, codes, [], [])
        ids.update({(row.code, row.market): row.product_id for row in codes})
    return ids


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
    """Return {product id: {code, market, name, kind}}, by the latest code."""
    names: dict[int, dict[str, Any]] = {}
    rows = SecurityCode.objects.filter(product_id__in=sorted(set(numbers))).order_by("since", "pk")
    for row in rows.select_related("product"):
        names[row.product_id] = {
            "code": row.code,
            "market": row.market,
            "name": row.product.name,
            "kind": row.product.kind,
        }
    return names


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
    irreversible=bilingual(
        "代码变更会影响全部客户的成交，不能一键撤销；如有误，请再变更一次。",
        "A change of code concerns the trades of every client and cannot be undone at a press; to correct it, change the code again.",
    ),
)
def change_code(*, code: str, market: str, new_code: str, since: date, new_market: str | None = None) -> SecurityCode:
    """Give a security a new code from a day on (as Beijing's shares move to 920xxx).

    The product stays the same, so trades under both codes are of one security. Raises NotFound for an unknown code,
    Refused if the new one is in use.
    """
    old = SecurityCode.objects.filter(code=code, market=market).first()
    if old is None:
        raise NotFound(bilingual("证券代码", "security code"), f"{code}.{market}")
    target_market = new_market or market
    if SecurityCode.objects.filter(code=new_code, market=target_market).exists():
        raise Refused(
            {
                "new_code": [
                    bilingual(
                        "代码 {code}.{market} 已有产品使用。",
                        "Code {code}.{market} is in use already.",
                        code=new_code,
                        market=target_market,
                    )
                ]
            }
        )
    old.until = since
    old.save()
    row = SecurityCode(product=old.product, market=target_market, code=new_code, since=since)
    row.save()
    return row
