"""Data on securities needed by risk: industry and daily turnover."""
