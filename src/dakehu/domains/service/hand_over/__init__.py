"""Clients that go to other colleagues: plan, pack for each receiver, signature, taking back."""
