"""Stress: what falls of the past, or those the firm thinks of, would do to today's holdings (压力测试)."""
