"""The options of `dakehu import` about a file."""

import argparse

from dakehu.exchange.mapping.choices import Choices
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual


def file_choices(line: argparse.Namespace) -> Choices:
    """Return the choices of the options for the file. Raises Refused for one not written as NAME=VALUE."""
    return Choices(
        kind=line.as_kind,
        sheet=line.sheet,
        header_row=line.header_row,
        columns=_parse_assignments(line.map),
        units=_parse_assignments(line.unit),
        rates=_parse_assignments(line.rate),
        order=line.date_order,
        feed=line.feed,
        day=line.day,
    )


def _parse_assignments(texts: list[str]) -> dict[str, str]:
    made = {}
    for text in texts:
        name, sign, value = text.replace("\uff1d", "=").rpartition("=")
        if not sign or not name.strip():
            raise Refused(
                {"map": [bilingual("“{text}”应写成“列=值”。", "“{text}” is written COLUMN=VALUE.", text=text)]}
            )
        made[name.strip()] = value.strip()
    return made
