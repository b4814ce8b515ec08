"""The self-check of suitability that is due every half-year (办法 art. 30), written by one person and signed by another."""
