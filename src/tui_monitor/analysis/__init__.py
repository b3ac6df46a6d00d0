"""Pure questions about domain values: what is notable about an index, who moves it, what a headline says."""
