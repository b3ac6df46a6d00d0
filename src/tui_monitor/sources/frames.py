"""How a question and its answer are parted in the pipes of a child process: four bytes of length, and the body."""

from __future__ import annotations

import struct

LENGTH = struct.Struct(">I")
"""How a frame's length is written: most significant byte first."""
