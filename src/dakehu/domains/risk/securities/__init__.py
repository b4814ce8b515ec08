"""What risk must know of securities: industry and daily turnover."""
