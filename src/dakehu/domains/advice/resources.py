"""What pages, API and workbook show of suitability and advice."""
