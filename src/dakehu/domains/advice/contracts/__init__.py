"""Contracts of investment advice (投顾协议), which a client may end in writing within five working days of signing."""
