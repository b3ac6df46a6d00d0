"""Where data comes from. A source is a plug-in; the built-ins register exactly as a third party's do."""
