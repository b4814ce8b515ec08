"""Sheets of our own workbooks that an import does not read."""

PAGES = {"说明", "guide", "统计分析", "statistics", "字典", "lists", "错误清单", "errors"}
LIVE_PREFIXES = {"zh": "实时 ", "en": "Live "}  # of sheets that Excel fills from the desk


def is_own_page(name: str) -> bool:
    """Return whether a sheet of this name is one of the desk's own sheets without client data."""
    return name.casefold() in PAGES


def is_live_sheet(name: str) -> bool:
    """Return whether a sheet of this name is filled by a live query with data from the desk."""
    return name.casefold().startswith(tuple(prefix.casefold() for prefix in LIVE_PREFIXES.values()))
