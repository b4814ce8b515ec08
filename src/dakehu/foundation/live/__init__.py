"""What open pages are told: which part changed, and who else has the page open."""
