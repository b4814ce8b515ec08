"""Deliveries (送达): messages to people are queued, sent by the worker, and their outcome is stored."""
