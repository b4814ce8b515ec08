"""Statements of trades (交割单, 对账单, 流水) for import: recognised by their headings, read by a layout, passed to the
ledger row by row."""
