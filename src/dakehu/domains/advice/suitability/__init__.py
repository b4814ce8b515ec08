"""Whether a product may be sold to a client or advised on, with the duties that follow."""
