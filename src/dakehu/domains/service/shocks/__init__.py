"""Whom to call first after a fall of the market: the day's shock, the clients' scores, the calls and callers."""
