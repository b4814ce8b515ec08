"""Conflicts of interest: the register, and which of its entries apply to a piece of advice or a text."""
