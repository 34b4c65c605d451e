"""The whole road, driven through real widgets over a real engine, a real hub on loopback and a real tiny model."""
