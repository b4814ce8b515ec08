"""Deliveries (送达): what leaves to a person is queued, sent by the worker, and its fate is kept."""
