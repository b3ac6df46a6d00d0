"""Settings, watchlist files and paths: what the person writes and where the program keeps things."""
