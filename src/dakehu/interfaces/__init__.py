"""Interfaces: web, api, cli, workbook. Presentation only, no business rules."""
