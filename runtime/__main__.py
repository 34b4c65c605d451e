"""``python -m runtime``: the command line on the same engine, with Qt uninstalled."""

import sys

from runtime.cli import main

if __name__ == "__main__":
    sys.exit(main())
