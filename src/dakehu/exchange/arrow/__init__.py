"""Tables as Arrow: columns typed by their field specs, masked for the reader and written in batches."""
