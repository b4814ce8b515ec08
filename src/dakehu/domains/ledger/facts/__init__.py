"""Facts of assets, holdings, products and markets: columns for any day, read whole by moments and tiers."""
