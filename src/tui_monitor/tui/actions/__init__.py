"""What commands do, by subject. Each takes the main screen and returns at once: no handler waits for anything."""
