"""The book over time: cohorts, retention, tiers, concentration, flows, products, and service cost against income."""
