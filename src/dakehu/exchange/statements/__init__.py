"""Statements of trades (交割单, 对账单, 流水) on their way in: recognised by their headings, read by a layout, handed to the
ledger row by row."""
