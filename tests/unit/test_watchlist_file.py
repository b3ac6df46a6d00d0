from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.config.watchlist_text import HEADER, read_text, write_text
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_rules import check_lists

LISTS = Watchlists(
    (
        Watchlist(
            name="Hong Kong tech",
            entries=(
                Entry(
                    symbol="0700.HK",
                    note='a "b" 騰訊 \\',
                    tags=("x", "y"),
                    quantity=-100.5,
                    cost=0.1,
                    cost_currency="HKD",
                ),
                Entry(symbol="^HSI"),
                Entry(symbol="GC=F", unverified=True, note="n" * 300),
            ),
            currency="HKD",
        ),
        Watchlist(name="empty"),
        Watchlist(name="腾讯", entries=(Entry(symbol="BABA", quantity=0.0),)),
    )
)


def test_what_is_written_is_read_back_and_the_bytes_are_stable() -> None:
    data = write_text(LISTS)
    found = read_text(data, "w")
    assert found.lists == LISTS
    assert found.by_program
    assert write_text(found.lists) == data
    assert data.startswith(HEADER.encode())
    document = tomllib.loads(data.decode())
    assert document["version"] == 1
    assert document["lists"][0]["entries"][0]["quantity"] == -100.5
    assert read_text(write_text(Watchlists()), "w").lists == Watchlists()


def test_a_hand_edit_is_known_by_its_stamp() -> None:
    data = write_text(LISTS)
    edited = data.replace(b'"BABA"', b'"JD"')
    found = read_text(edited, "w")
    assert not found.by_program
    assert found.stamp == read_text(data, "w").stamp
    assert found.lists.symbols[-1] == "JD"
    without = read_text(b'[[lists]]\nname = "a"\nentries = ["700", "baba"]\n', "w")
    assert (without.by_program, without.stamp) == (False, None)
    assert without.lists == Watchlists((Watchlist(name="a", entries=(Entry(symbol="0700.HK"), Entry(symbol="BABA"))),))


text = st.text(max_size=60).map(clean_text)
tag = text.map(lambda one: one[:20].strip().replace(",", "")).filter(bool)
entry = st.builds(
    Entry,
    symbol=st.from_regex(r"\A[A-Z]{1,5}(\.[A-Z]{2})?\Z"),
    note=text,
    tags=st.lists(tag, max_size=3, unique=True).map(tuple),
    quantity=st.none() | st.floats(-1e15, 1e15),
    cost=st.none() | st.floats(0, 1e15),
    cost_currency=st.sampled_from([None, "HKD", "GBp"]),
    unverified=st.booleans(),
)
one_list = st.builds(
    Watchlist,
    name=text.map(lambda one: one[:40].strip()).filter(bool),
    entries=st.lists(entry, max_size=5, unique_by=lambda one: one.symbol).map(tuple),
    currency=st.sampled_from([None, "USD"]),
)
all_lists = st.lists(one_list, max_size=4, unique_by=lambda one: one.name.casefold()).map(
    lambda one: Watchlists(tuple(one))
)


def valid(lists: Watchlists) -> bool:
    try:
        check_lists(lists)
    except WatchlistError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(all_lists.filter(valid))
def test_any_valid_lists_are_read_back_equal(lists: Watchlists) -> None:
    found = read_text(write_text(lists), "w")
    assert found.lists == lists
    assert found.by_program


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(alphabet="[]{}=\".,'\n#ab1lists nametrv", max_size=80).map(str.encode),
        st.tuples(st.integers(0, 800), st.binary(max_size=4)).map(
            lambda cut: (data := write_text(LISTS))[: cut[0]] + cut[1] + data[cut[0] + 1 :]
        ),
    )
)
def test_any_bytes_are_lists_or_refused_with_line_and_reason(data: bytes) -> None:
    try:
        found = read_text(data, "w")
    except WatchlistError as error:
        told = str(error)
    else:
        check_lists(found.lists)
        assert read_text(write_text(found.lists), "w").lists == found.lists
        told = "w, line 1: fine."
    assert told.startswith("w, line ")
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("version = 2\n", "line 1: version 2 was written by a newer program."),
        ("version = true\n", "line 1: expected the version 1, got true."),
        ("lists = 3\n", "line 1: expected [[lists]], got 3."),
        ("\n[[lists]]\nx = 1\n", 'line 3: unknown key "x"; expected name, currency, entries.'),
        ("\n[[lists]]\n", "line 2: the list has no name."),
        ('[[lists]]\nname = "a"\n[[lists]]\nname = "A"\n', 'line 3: There is a list named "a" already.'),
        ('[[lists]]\nname = "a"\nentries = [\n  "700",\n  "0700.HK",\n]\n', 'line 5: 0700.HK stands twice in "a".'),
        ('[[lists]]\nname = "a"\nentries = ["a b"]\n', 'line 3: "a b" is no symbol.'),
        ('[[lists]]\nname = "a"\n[[lists.entries]]\nnote = "x"\n', "line 3: the entry has no symbol."),
        (
            '[[lists]]\nname = "a"\n[[lists.entries]]\nsymbol = "A"\nquantity = "9"\n',
            'line 5: expected a number for "quantity", got "9".',
        ),
        (
            '[[lists]]\nname = "a"\n[[lists.entries]]\nsymbol = "A"\ncost = nan\n',
            'line 5: expected a number for "cost", got nan.',
        ),
        ('[[lists]]\nname = "a"\n[[lists.entries]]\nsymbol = "A"\ncost = -1\n', "line 3: The cost of A is negative."),
        (
            '[[lists]]\nname = "a"\n[[lists.entries]]\nsymbol = "A"\ntags = "x"\n',
            'line 5: expected a list of texts, got "x".',
        ),
        ('[[lists]]\nname = "a"\ncurrency = "dollar"\n', 'line 1: "dollar" is no currency code such as HKD.'),
        ("[[lists]\n", "line 1: not valid TOML: "),
    ],
)
def test_a_mistake_is_named_by_line_and_reason(written: str, told: str) -> None:
    with pytest.raises(WatchlistError) as caught:
        read_text(written.encode(), "w.toml")
    assert str(caught.value).startswith(f"w.toml, {told}")


def test_writing_is_whole_private_and_keeps_one_backup(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "watchlists.toml")
    with file.locked():
        file.write(b"first")
        assert not file.backup.exists()
        second = file.write(b"second")
        third = file.write(b"third")
    assert file.path.read_bytes() == b"third"
    assert file.backup.read_bytes() == b"second"
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}
    assert {one.name for one in tmp_path.iterdir()} == {
        "watchlists.toml",
        "watchlists.toml.bak",
        ".watchlists.toml.lock",
    }
    assert third.trace == file.trace()
    assert second.fingerprint != third.fingerprint
    read = file.read()
    assert read is not None
    assert read == third


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".watchlists.toml.abcd.tmp"
    left.write_text("half", encoding="utf-8")
    WatchlistFile(tmp_path / "watchlists.toml").write(b"x")
    assert not left.exists()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles" / "lists.toml"
    target.write_bytes(b"old")
    link = tmp_path / "watchlists.toml"
    link.symlink_to(target)
    file = WatchlistFile(link)
    with file.locked():
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("ENOSPC", "the disk is full"),
        ("EROFS", "the disk is read-only"),
        ("EACCES", "you may not write there"),
        ("EIO", "input/output error"),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_disk_that_refuses_is_one_sentence_and_leaves_the_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str, call: str
) -> None:
    import errno

    file = WatchlistFile(tmp_path / "watchlists.toml")
    file.write(b"old")

    def refuse(*_: object) -> int:
        number = getattr(errno, code)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(WatchlistError) as caught:
        file.write(b"new")
    assert str(caught.value) == (
        f"{file.path} cannot be saved: {told}; your edits are kept and saved when it is possible."
    )
    assert file.path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".tmp"] == []


def test_a_missing_folder_is_made_but_not_its_parents(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "config" / "watchlists.toml")
    with file.locked():
        file.write(b"x")
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    far = WatchlistFile(tmp_path / "not" / "there" / "watchlists.toml")
    with pytest.raises(WatchlistError, match="its folder is missing"), far.locked():
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_written(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "watchlists.toml")
    file.path.write_bytes(b"theirs")
    os.chown(file.path, 12345, 12345)
    with pytest.raises(WatchlistError, match="belongs to another user"):
        file.write(b"mine")
    assert file.path.read_bytes() == b"theirs"


def test_a_lock_that_is_held_is_waited_for_and_then_told(tmp_path: Path) -> None:
    one, two = WatchlistFile(tmp_path / "w.toml"), WatchlistFile(tmp_path / "w.toml")
    with one.locked(), pytest.raises(WatchlistError, match="another tui-monitor is writing it"), two.locked(0.02):
        pass
    with two.locked(0.02):
        pass


def test_a_folder_in_its_place_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match=r"cannot be read: is a directory"):
        WatchlistFile(tmp_path).read()
    assert WatchlistFile(tmp_path / "absent").read() is None
    assert WatchlistFile(tmp_path / "absent").trace() is None
