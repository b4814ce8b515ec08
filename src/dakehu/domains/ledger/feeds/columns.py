"""Columns that several feeds have."""

from dakehu.domains.ledger.feeds.feed import FeedColumn

YUAN = "元"


def client_column(**more: object) -> FeedColumn:
    """Return the column of a client's code."""
    return FeedColumn(
        "client",
        "客户号",
        "Client code",
        "client",
        required=True,
        aliases=("客户编号", "客户代码", "资产账户客户号", "clientcode", "client_code", "clientid", "custno"),
        example="K000001",
        **more,  # type: ignore[arg-type]
    )


def product_column(**more: object) -> FeedColumn:
    """Return the column of a security's code."""
    return FeedColumn(
        "product",
        "证券代码",
        "Security code",
        "product",
        required=not more.get("lenient"),
        aliases=("产品代码", "代码", "股票代码", "基金代码", "code", "securitycode", "symbol", "ticker"),
        example="600519",
        **more,  # type: ignore[arg-type]
    )


def money_column(name: str, zh: str, en: str, aliases: tuple[str, ...] = (), **more: object) -> FeedColumn:
    """Return a column of amounts."""
    return FeedColumn(name, zh, en, "money", aliases=aliases, unit=YUAN, **more)  # type: ignore[arg-type]


def day_column(name: str, zh: str, en: str, aliases: tuple[str, ...] = (), **more: object) -> FeedColumn:
    """Return a column of days."""
    return FeedColumn(name, zh, en, "day", aliases=aliases, **more)  # type: ignore[arg-type]
