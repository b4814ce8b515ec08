"""The margin contracts of the invented brokerage: each on one security, with a ratio that follows the price."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np

from dakehu.interfaces.cli.example.people import Person

SEED = 20260118
HOLDERS = 26
TERM = 180  # days of a contract
WARN, CLOSE = 1.40, 1.30
BY_CLIENT = ("688990", "301990", "300990", "605992", "605993", "002990")


@dataclass
class Contract:
    """One contract: places of its client and security, of its first and last day (exclusive), shares, cash and debt."""

    client: int
    security: int
    first: int
    end: int
    ends_on: date
    shares: float
    debt: float
    number: str


@dataclass
class Contracts:
    """Return all contracts of the year. `prices` float64 [days, securities]."""

    people: list[Person]
    days: list[date]
    prices: np.ndarray
    contracts: list[Contract]

    @classmethod
    def of(cls, people: list[Person], days: list[date], codes: list[str], prices: np.ndarray) -> "Contracts":
        """Draw consecutive contracts for each holder, some of which fall below their lines."""
        random = Random(SEED)  # noqa: S311  (invented contracts)
        fitting = [place for place, person in enumerate(people) if person.risk >= 4 and person.kind == "个人"]
        contracts: list[Contract] = []
        for client in random.sample(fitting, min(HOLDERS, len(fitting))):
            security = codes.index(random.choice(BY_CLIENT))
            first = random.randint(0, 90)
            while first < len(days) - 5:
                contracts.append(_contract(random, client, security, first, days, prices, len(contracts) + 1))
                first = contracts[-1].end + random.randint(3, 30)
        return cls(people, days, prices, contracts)

    def rows(self) -> dict[str, list[object]]:
        """Return the rows of every day: all contracts open on it."""
        table: dict[str, list[object]] = {
            name: []
            for name in (
                "业务日期",
                "客户号",
                "合约编号",
                "开仓日期",
                "到期日期",
                "合约负债",
                "维持担保比例",
                "警戒线",
                "平仓线",
            )
        }
        for place, day in enumerate(self.days):
            for one in self.contracts:
                if one.first <= place < one.end:
                    ratio = self._assets(one)[place] / one.debt
                    values = (
                        day.isoformat(),
                        self.people[one.client].code,
                        one.number,
                        self.days[one.first].isoformat(),
                        one.ends_on.isoformat(),
                        round(one.debt, 2),
                        f"{ratio:.2%}",
                        f"{WARN:.0%}",
                        f"{CLOSE:.0%}",
                    )
                    for name, value in zip(table, values, strict=True):
                        table[name].append(value)
        return table

    def balances(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (margin assets, margin debt) of each day and client."""
        shape = (len(self.days), len(self.people))
        assets, debt = np.zeros(shape), np.zeros(shape)
        for one in self.contracts:
            assets[one.first : one.end, one.client] += self._assets(one)[one.first : one.end]
            debt[one.first : one.end, one.client] += one.debt
        return assets, debt

    def opened(self) -> dict[str, date]:
        """Return {client code: day of the first contract}."""
        found: dict[str, date] = {}
        for one in self.contracts:
            found.setdefault(self.people[one.client].code, self.days[one.first] - timedelta(days=3))
        return found

    def _assets(self, one: Contract) -> np.ndarray:
        return one.shares * self.prices[:, one.security]


def _contract(
    random: Random, client: int, security: int, first: int, days: list[date], prices: np.ndarray, number: int
) -> Contract:
    """Return a contract whose lowest ratio is between well above and below its lines."""
    ends_on = days[first] + timedelta(days=TERM)
    end = next((place for place, on in enumerate(days) if on > ends_on), len(days))
    walk = prices[first:end, security]
    debt = round(random.uniform(150_000, 900_000), -3)
    lowest = random.choice((1.22, 1.28, 1.34, 1.38, 1.44, 1.48, 1.6, 1.8, 2.1))
    shares = lowest * debt / walk.min()
    if shares * walk[0] / debt < 1.5:  # no lender accepts less
        shares = 1.5 * debt / walk[0]
    return Contract(client, security, first, end, ends_on, shares, debt, f"RZ{days[first]:%Y%m}{number:04d}")
