"""The child's side of reading: one file for each family of formats. Nothing here is imported by the app's process."""
