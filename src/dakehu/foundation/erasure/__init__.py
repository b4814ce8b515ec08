"""What hangs on a client, and its erasure from tables, search, audit, undo, files and whatever else declares an eraser."""
