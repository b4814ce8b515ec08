"""Tendencies in a client's own trading, with consent only: computed when read, stored nowhere, never used for anything but talking."""
