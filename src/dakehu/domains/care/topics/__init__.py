"""Topics of a text: words as data and how they are found."""
