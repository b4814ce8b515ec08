"""dakehu (大客户): the desk on which a securities broker's people run their key clients.

Layers, of which imports only point down: interfaces, exchange, domains, foundation, analytics. See ARCHITECTURE.md.
"""

from importlib.metadata import version

__version__ = version("dakehu")  # read from the first heading of CHANGELOG.md when the project is installed
