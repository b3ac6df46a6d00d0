"""SHA-256 without OpenSSL: ``hashlib`` loads it, for longer than everything else takes that reads the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    # As Python's own ``random`` does it: the modules are there for where OpenSSL is missing.
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

__all__ = ["sha256"]
