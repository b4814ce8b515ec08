"""The pool of prospects without an owner: who may claim one, limits, and recycling."""
