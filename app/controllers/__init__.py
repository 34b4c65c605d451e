"""One controller per capability: they ask the engine and say what changed. No widgets, no sentences."""
