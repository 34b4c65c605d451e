"""The command line: `hearth doctor`, `recommend`, `get`, `models`, `chat`."""
