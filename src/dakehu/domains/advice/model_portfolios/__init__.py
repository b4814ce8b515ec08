"""Model portfolios (模型组合): target weights and bands of asset classes for each risk level, in versions."""
