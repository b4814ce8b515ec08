"""Ways in and out: web, api, cli, workbook. Manners, no opinions."""
