"""Search rows by what people type: one character, any fragment, pinyin, initials, either script.

`text` converts text to tokens (pure), `index` keeps the search table in sync with its rows, `lookup` queries the
database.
"""
