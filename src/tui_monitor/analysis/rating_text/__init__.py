"""Rating changes read from headlines, in English and Chinese: ``extract(text)``."""

from __future__ import annotations

from tui_monitor.analysis.rating_text.change import to_rating_change, written_symbol
from tui_monitor.analysis.rating_text.extract import extract
from tui_monitor.analysis.rating_text.firms import Firm, find_firm, firm_key
from tui_monitor.analysis.rating_text.grades import grade_step
from tui_monitor.analysis.rating_text.model import Extraction

__all__ = ["Extraction", "Firm", "extract", "find_firm", "firm_key", "grade_step", "to_rating_change", "written_symbol"]
