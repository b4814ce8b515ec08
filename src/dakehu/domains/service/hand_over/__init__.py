"""Hand-over of clients to other colleagues: plan, pack for each receiver, signature, reversal."""
