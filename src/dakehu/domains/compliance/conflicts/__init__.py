"""Conflicts of interest: the register, and which of its entries stand against a piece of advice or a text."""
