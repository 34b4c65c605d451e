"""A person's documents: read in a child, cut into passages, indexed, found."""
