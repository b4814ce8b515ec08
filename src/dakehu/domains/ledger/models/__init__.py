"""Models of the ledger: investments, products and codes, accounts, journal register, feeds, figures."""

from dakehu.domains.ledger.models.feeds import DailyBalance, FeedFile
from dakehu.domains.ledger.models.figures import Closing, Figures
from dakehu.domains.ledger.models.investment import Investment, ProductKind
from dakehu.domains.ledger.models.product import CorporateAction, CorporateKind, Product, SecurityCode, SecurityKind
from dakehu.domains.ledger.models.register import (
    Account,
    AccountKind,
    Bucket,
    Compaction,
    PriceFile,
    QuarantinedRow,
    QuarantineState,
    TradeBatch,
)

__all__ = [
    "Account",
    "AccountKind",
    "Bucket",
    "Closing",
    "Compaction",
    "CorporateAction",
    "CorporateKind",
    "DailyBalance",
    "FeedFile",
    "Figures",
    "Investment",
    "PriceFile",
    "Product",
    "ProductKind",
    "QuarantineState",
    "QuarantinedRow",
    "SecurityCode",
    "SecurityKind",
    "TradeBatch",
]  # fmt: skip
