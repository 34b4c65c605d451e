"""What was put away: archived conversations and what lies in the bin."""
