"""The road from the first window to the first answer: offer, download, trouble. Views only."""
