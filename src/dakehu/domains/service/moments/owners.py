"""Who works a moment: the main manager, in absence the deputy, and the lead of the team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.service.models import Absence
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

IDS = {"client": pl.Int64, "user": pl.Int64}


@dataclass(frozen=True)
class Owners:
    """Who serves whom on a day. mains, deputies: [client, user]. away: ids of users who are absent or have left.
    leads: {user id: id of the lead of the user's team}."""

    mains: pl.DataFrame
    deputies: pl.DataFrame
    away: frozenset[int]
    leads: dict[int, int]

    def with_owner(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame of clients with `owner` (missing if no one serves the client) and `escalation` (1 with a deputy)."""
        away = pl.Series(sorted(self.away), dtype=pl.Int64)
        present = self.deputies.filter(~pl.col("user").is_in(away.implode())).rename({"user": "deputy"})
        joined = frame.join(self.mains.rename({"user": "main"}), on="client", how="left").join(
            present, on="client", how="left"
        )
        is_away = pl.col("main").is_null() | pl.col("main").is_in(away.implode())
        by_deputy = is_away & pl.col("deputy").is_not_null()
        return joined.with_columns(
            pl.when(by_deputy).then("deputy").otherwise("main").alias("owner"),
            by_deputy.cast(pl.Int64).alias("escalation"),
        ).drop("main", "deputy")

    def deputy_of(self, client: int) -> int | None:
        """Return the deputy of a client who is not away, None without one."""
        found = self.deputies.filter(pl.col("client") == client)["user"].to_list()
        return next((user for user in found if user not in self.away), None)


def owners_on(day: date, clients: Iterable[int] | None = None) -> Owners:
    """Return who serves the clients, all or some, and who is away on a day."""
    serving: Any = model_of("clients.Coverage").objects.filter(until=None).order_by("client_id", "pk")
    if clients is not None:
        serving = serving.filter(client_id__among=sorted(set(clients)))
    frame = read_columns(serving.values_list("client_id", "user_id", "role"), {**IDS, "role": pl.String})
    users: Any = model_of("team.User").objects
    away = set(Absence.objects.filter(first_on__lte=day, last_on__gte=day).values_list("user_id", flat=True))
    away |= set(users.filter(is_active=False).values_list("pk", flat=True))
    deputies = frame.filter(pl.col("role") == "deputy").select("client", "user")
    return Owners(
        frame.filter(pl.col("role") == "main").select("client", "user").unique("client", keep="first"),
        deputies.unique("client", keep="first", maintain_order=True),
        frozenset(away),
        _leads_of(users),
    )


def _leads_of(users: Any) -> dict[int, int]:
    """Return {user id: id of the lead of the user's team} of users with a team that has a lead."""
    leading = {
        team: user
        for team, user in users.filter(role="lead", is_active=True).order_by("-pk").values_list("team_id", "pk")
        if team is not None
    }
    members = users.exclude(team=None).values_list("pk", "team_id")
    return {user: leading[team] for user, team in members if team in leading}
