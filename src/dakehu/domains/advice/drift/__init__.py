"""Drift (偏离): how far a client's holdings are from the model portfolio, by asset class."""
