"""The log: one line an event, secrets masked, nothing that a terminal would obey, bounded, the owner's alone."""

from __future__ import annotations

import logging
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.source_cases import HOSTILE

from tui_monitor.store import log


@pytest.fixture
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for one in list(root.handlers):
        root.removeHandler(one)
        one.close()
    for one in handlers:
        root.addHandler(one)
    root.setLevel(level)
    logging.captureWarnings(False)


def written(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.usefixtures("own_logging")
def test_one_line_an_event_also_with_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    logger = logging.getLogger("tui_monitor.somewhere")
    logger.info("first\nsecond\r\nthird")
    try:
        raise ValueError("what went wrong\x1b[2J")
    except ValueError:
        logger.exception("it failed")
    logger.debug("not told at this level")
    lines = written(path)
    assert len(lines) == 2
    assert re.match(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO tui_monitor\.somewhere: first ⏎ second ⏎ third$", lines[0]
    )
    assert "ERROR" in lines[1]
    assert "ValueError: what went wrong\\x1b[2J" in lines[1]
    assert "Traceback" in lines[1]
    assert log.tail() == lines
    assert log.tail(1) == lines[1:]


@pytest.mark.usefixtures("own_logging")
def test_nothing_that_a_terminal_would_obey(tmp_path: Path) -> None:
    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    logging.getLogger("x").warning("%s", HOSTILE + "\x9b31m \u202e\u2066 \x7f\t")
    (line,) = written(path)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", line)
    assert "\\x1b[2J" in line


@pytest.mark.usefixtures("own_logging")
@pytest.mark.parametrize(
    "text",
    [
        "GET https://query1.example.com/v7?symbols=A&crumb=SESAME HTTP/1.1",
        "GET https://example.com/?apikey=SESAME&x=1",
        "GET https://example.com/?token=SESAME",
        "Authorization: Bearer SESAME",
        "authorization: Basic SESAME",
        'headers {"Authorization": "Bearer SESAME", "Accept": "*/*"}',
        "Cookie: A3=SESAME; B=SESAME; path=/",
        "Set-Cookie: A3=SESAME; Secure",
        "password=SESAME",
        "api_key = 'SESAME'",
        "secret: SESAME",
    ],
)
def test_secrets_are_masked(text: str, tmp_path: Path) -> None:
    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    logging.getLogger("httpx").warning("%s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logging.getLogger("x").exception("with a traceback")
    assert "SESAME" not in path.read_text()
    assert "***" in path.read_text()


@pytest.mark.usefixtures("own_logging")
def test_words_about_keys_stay() -> None:
    assert log.masked("the key of the quote is gone; press a key") == "the key of the quote is gone; press a key"


@pytest.mark.usefixtures("own_logging")
def test_it_is_the_owners_alone_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_OCTETS", 20_000)
    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    for number in range(3000):
        logging.getLogger("x").info("event %d %s", number, "y" * 60)
    files = sorted(tmp_path.iterdir())
    assert [one.name for one in files] == ["monitor.log", "monitor.log.1", "monitor.log.2", "monitor.log.3"]
    assert all(one.stat().st_size <= 20_000 for one in files)
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert log.tail()[-1].endswith("event 2999 " + "y" * 60)


@pytest.mark.usefixtures("own_logging")
def test_a_long_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    for number in range(4000):
        logging.getLogger("x").info("event %d %s", number, "y" * 90)
    found = log.tail(10_000)
    assert 500 < len(found) < 1500
    assert all(re.match(r"\d{4}-", one) for one in found)
    assert found[-1].split(" ")[4] == "3999"


@pytest.mark.usefixtures("own_logging")
def test_where_no_file_can_be_nothing_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    log.start_log(tmp_path / "file" / "monitor.log", "info")
    logging.getLogger("x").error("nobody hears")
    assert log.tail() == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("own_logging")
def test_a_disk_that_refuses_is_not_told_over_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    log.start_log(folder / "monitor.log", "info")
    (folder / "monitor.log").unlink()
    folder.rmdir()
    logging.getLogger("x").error("nobody hears")
    assert capfd.readouterr() == ("", "")
    folder.mkdir()
    logging.getLogger("x").error("heard again")
    assert log.tail()[-1].endswith("heard again")


@pytest.mark.usefixtures("own_logging")
def test_warnings_and_lost_files_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import warnings

    path = tmp_path / "monitor.log"
    log.start_log(path, "info")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("of a library", stacklevel=1)
    assert "of a library" in path.read_text()
    assert capfd.readouterr().err == ""
    assert sys.stderr is not None
