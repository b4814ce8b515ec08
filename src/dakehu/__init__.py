"""dakehu (大客户): the desk on which a securities broker's people run their key clients.

Four storeys, and arrows only fall: doors → rooms → foundation → analytics. Start with docs/house.md.
"""

from importlib.metadata import version

__version__ = version("dakehu")  # read from the first heading of CHANGELOG.md when the project is installed
