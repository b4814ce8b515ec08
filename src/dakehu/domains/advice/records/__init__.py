"""The advice record (投资建议): draft, checks, approval, delivery, the client's decision, and the outcome."""
