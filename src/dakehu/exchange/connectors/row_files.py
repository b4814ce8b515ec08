"""Rows of other systems as encrypted files outside the database."""

import io

import polars as pl

from dakehu.exchange.connectors.source import ID
from dakehu.foundation.files import store as files


def save(name: str, rows: pl.DataFrame, days: int | None = None) -> str:
    """Save rows, for some days or until they are replaced; return the key. Call inside an action."""
    body = io.BytesIO()
    rows.write_parquet(body, compression="zstd")
    return str(files.save(f"{name}.parquet", body.getvalue(), days).key)


def load(key: str) -> pl.DataFrame:
    """Return saved rows; an empty frame without a key. The caller has already read the row that contains the key."""
    if not key:
        return pl.DataFrame(schema={ID: pl.String})
    return pl.read_parquet(io.BytesIO(files.content_of(key).whole()))


def merge(rows: pl.DataFrame, newer: pl.DataFrame) -> pl.DataFrame:
    """Return rows with those of `newer` in place of equal ids, each id once (its last row); missing cells are ""."""
    both = [frame for frame in (rows, newer) if frame.height]
    if not both:
        return newer if newer.width > rows.width else rows
    return pl.concat(both, how="diagonal").fill_null("").unique(ID, keep="last", maintain_order=True)


def changed_rows(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return those of `rows` that differ from their version in `before`, in a column with data about a record."""
    if not before.height or not rows.height:
        return rows
    names = [n for n in rows.columns if n not in (ID, "#modified")]
    known = before.with_columns(pl.lit("").alias(n) for n in names if n not in before.columns)
    said = pl.concat_str([pl.col(n).fill_null("") for n in names], separator="\x1f")
    seen = known.select(ID, said.alias("#said"))
    compared = rows.with_columns(said.alias("#now")).join(seen, on=ID, how="left")
    return compared.filter(pl.col("#said").is_null() | (pl.col("#said") != pl.col("#now"))).select(rows.columns)
