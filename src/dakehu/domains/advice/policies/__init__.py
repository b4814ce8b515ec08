"""Goals (投资目标) and the investment policy (投资方案) that a client agreed to, in versions."""
