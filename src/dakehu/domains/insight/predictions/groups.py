"""The groups for which calibration is compared: sex and age, which no model uses. Only shares of many clients are returned."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.domains.clients.choices import Gender
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

AGES = {"under_40": (0, 40), "40_to_59": (40, 60), "from_60": (60, 200)}
COLUMNS = {"client": pl.Int64, "gender": pl.String, "birth_on": pl.Date, "stated_age": pl.Int64}


def groups_of(clients: np.ndarray, day: date) -> dict[str, np.ndarray]:
    """Return {group: its clients} among given clients; those with unknown values are in none. Read as the system."""
    rows: Any = model_of("clients.Client").objects.order_by("pk")
    frame = read_columns(rows.values_list("pk", "gender", "birth_on", "stated_age"), COLUMNS)
    frame = frame.filter(pl.col("client").is_in(pl.Series(clients).implode())).with_columns(
        pl.coalesce((pl.lit(day) - pl.col("birth_on")).dt.total_days() / 365.25, "stated_age").alias("age")
    )
    found = {one.value: frame.filter(pl.col("gender") == one.value)["client"].to_numpy() for one in Gender}
    for name, (first, end) in AGES.items():
        found[name] = frame.filter((pl.col("age") >= first) & (pl.col("age") < end))["client"].to_numpy()
    return found
