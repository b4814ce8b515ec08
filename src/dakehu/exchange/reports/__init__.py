"""Client reports as PDF: contents, charts, typesetting and delivery."""
