"""Fill the placeholders of a template: `{{客户姓名}}`. Pure."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def placeholders_of(*texts: str) -> list[str]:
    """Return the names in placeholders, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled in; one without a value is kept, so that it is not sent by mistake."""
    return PLACEHOLDER.sub(lambda match: values.get(fold_name(match.group(1))) or match.group(0), text)


def fold_name(name: str) -> str:
    """Return a name normalised for comparison: without space and case."""
    return "".join(name.split()).casefold()
