"""A desk with balances and a scheme in force, on a Monday."""

from datetime import date

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import balances as ledger_balances
from dakehu.domains.ledger.feeds import storage
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
