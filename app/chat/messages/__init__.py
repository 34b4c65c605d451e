"""One message: its text, its buttons, its other versions, and what it is given to show."""
