"""From the engine's threads to Qt's: events, merged text, and short tasks."""
