"""Tables as Arrow: columns typed by their field specs, masked for their reader, written batch by batch."""
