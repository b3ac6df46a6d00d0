"""View models: rows, columns, order, tones and words. Knows neither textual nor rich."""
