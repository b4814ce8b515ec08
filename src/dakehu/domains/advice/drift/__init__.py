"""Drift (偏离): how far what a client holds is from the model portfolio, by asset class."""
