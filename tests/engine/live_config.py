"""Settings for programs that take a loopback server for the quotes' sources; each test adds its own tables behind."""

QUOTES = """\
[network]
allow_private_hosts = true
requests_per_minute = 600
[news]
use_default_feeds = false
[sources.yahoo-spark]
base_url = "{url}"
fallback_url = "{url}"
[sources.yahoo-chart]
base_url = "{url}"
fallback_url = "{url}"
[sources.tencent]
base_url = "{url}"
history_url = "{url}"
[sources.yahoo-quote]
enabled = false
"""
"""``{url}`` is the server's address."""
