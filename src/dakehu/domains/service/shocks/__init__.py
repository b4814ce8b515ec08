"""Whom to call first after a fall of the market: the shock of a day, the score of each client, the calls and who makes them."""
