"""What clients hold and trade. So far the investments that a manager keeps by hand (投资历史)."""
