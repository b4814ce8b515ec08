"""What pages, API and workbook show of risk."""
