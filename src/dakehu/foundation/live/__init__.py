"""Live updates of open pages: which part changed, and who else has the page open."""
