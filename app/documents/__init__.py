"""The page "Documents": what was added and how far it is read, a search in all of it, and pages to look at."""
