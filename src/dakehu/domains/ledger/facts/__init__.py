"""Facts of assets, holdings, products and markets: columns for any day, read for all clients by moments and tiers."""
