"""Finding rows by what people type: one character, any fragment, pinyin, initials, either script.

`text` turns writing into tokens (pure), `index` keeps the lines of the search table in step with the rows they describe,
`lookup` asks the database.
"""
