"""The terminal front end: composes and routes, paints what changed."""
