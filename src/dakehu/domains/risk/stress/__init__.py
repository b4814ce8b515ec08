"""Stress tests: effect of historical falls, or the firm's own scenarios, on today's holdings (压力测试)."""
