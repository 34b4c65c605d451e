"""The engine of Hearth: everything but the window. Runs in a terminal with Qt uninstalled."""
