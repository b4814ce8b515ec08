"""Reminder lines that clients set: stop loss and take profit, from cost, price, percent or high."""
