"""Log of who opened which client and who exported what: for compliance, for the firm's retention period."""
