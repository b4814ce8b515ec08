"""The business, one domain per subject: tables, rules, queries and actions."""
