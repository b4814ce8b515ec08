"""dakehu (大客户): the desk on which a securities broker's people run their key clients.

Four storeys, and arrows only fall: doors → rooms → foundation → analytics. Start with docs/house.md.
"""
