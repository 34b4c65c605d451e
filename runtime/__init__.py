"""The engine of Hearth: everything but the window. Runs in a terminal with Qt uninstalled."""

import logging

# Where nobody set up a log file, warnings stay silent instead of on the person's terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())
