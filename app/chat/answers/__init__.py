"""What stands under an answer over documents: its sources, what was read for it, and what became of each sentence."""
