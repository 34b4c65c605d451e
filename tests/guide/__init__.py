"""The built-in guide: what it is made from, what ships, and what it says."""
