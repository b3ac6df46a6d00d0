from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tui_monitor.cli.commands.watch import command
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.watchlist_text import read_text
from tui_monitor.domain.watchlist import Watchlists

Run = Callable[..., Result]

START = '[[lists]]\nname = "mine"\nentries = ["0700.HK", "BABA", "JD"]\n[[lists]]\nname = "Other"\nentries = ["^HSI"]\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "watchlists.toml").write_text(START, encoding="utf-8")
    return folder / "watchlists.toml"


@pytest.fixture
def run(tmp_path: Path, config: Path) -> Run:
    environment = {
        "TUI_MONITOR_CONFIG_DIR": str(tmp_path / "config"),
        "TUI_MONITOR_STATE_DIR": str(tmp_path / "state"),
    }

    def invoke(*words: str, given: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(command, list(words), env=environment, input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def lists(config: Path) -> Watchlists:
    return read_text(config.read_bytes(), "w").lists


def shown(config: Path) -> dict[str, str]:
    return {one.name: " ".join(one.symbols) for one in lists(config).lists}


def test_a_fresh_install_shows_its_first_list_and_writes_nothing(run: Run, config: Path) -> None:
    config.unlink()
    result = run("list", "--format", "json")
    assert json.loads(result.stdout) == [{"name": "Hong Kong tech", "symbols": 10, "currency": None}]
    assert result.exit_code == ExitCode.OK
    assert not config.exists()
    assert run("add", "BABA").exit_code == ExitCode.OK
    assert shown(config)["Hong Kong tech"].endswith("2015.HK BABA")


@pytest.mark.parametrize(
    ("setting", "locale", "name"),
    [
        ("", "zh_HK.UTF-8", "香港科技股"),
        ('language = "zh-Hans"', "C.UTF-8", "香港科技股"),
        ('language = "en"', "zh_CN.UTF-8", "Hong Kong tech"),
        ('language = "klingon"', "zh_CN.UTF-8", "香港科技股"),  # a wrong setting leaves the locale's
    ],
)
def test_the_first_list_is_named_in_the_language_in_which_it_is_made(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch, setting: str, locale: str, name: str
) -> None:
    config.unlink()
    settings = config.with_name("config.toml")
    settings.write_text(f"[display]\n{setting}\n", encoding="utf-8")
    monkeypatch.setenv("LC_ALL", locale)
    assert json.loads(run("list", "--format", "json").stdout)[0]["name"] == name
    assert run("add", "BABA").exit_code == ExitCode.OK
    assert list(shown(config)) == [name]
    # From now on it is the person's: another language does not name it anew.
    settings.unlink()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert run("add", "JD").exit_code == ExitCode.OK
    assert list(shown(config)) == [name]


def test_another_universe_gives_the_first_list_its_name_and_members(run: Run, config: Path, tmp_path: Path) -> None:
    config.unlink()
    member = {"symbol": "0005.HK", "name_en": "HSBC", "name_hant": "滙豐", "name_hans": "汇丰", "weight": 1.0}
    universe = {
        "name": "banks", "titles": {"en": "Banks", "zh-Hant": "銀行", "zh-Hans": "银行"}, "index": "^HSI",
        "as_of": "2025-09-16", "origin": "a test", "members": [member],
    }  # fmt: skip
    path = tmp_path / "banks.json"
    path.write_text(json.dumps(universe), encoding="utf-8")
    config.with_name("config.toml").write_text(
        f'[market]\nuniverse = "{path}"\n[display]\nlanguage = "zh-Hant"\n', encoding="utf-8"
    )
    assert run("add", "BABA").exit_code == ExitCode.OK
    assert shown(config) == {"銀行": "0005.HK BABA"}


@pytest.mark.parametrize(
    ("words", "mine", "other"),
    [
        (("add", "9988", "3690 HK", "^N225"), "0700.HK BABA JD 9988.HK 3690.HK ^N225", "^HSI"),
        (("add", "騰訊", "--list", "other"), "0700.HK BABA JD", "^HSI 0700.HK"),
        (("add", "PDD", "--at", "1"), "PDD 0700.HK BABA JD", "^HSI"),
        (("remove", "700", "jd"), "BABA", "^HSI"),
        (("move", "JD", "--at", "1"), "JD 0700.HK BABA", "^HSI"),
        (("move", "tencent", "JD", "--to", "Other"), "BABA", "^HSI 0700.HK JD"),
        (("move", "BABA", "--to", "other", "--at", "1"), "0700.HK JD", "BABA ^HSI"),
        (("move", "0700", "--at", "3"), "BABA JD 0700.HK", "^HSI"),
        (("sort", "--reverse"), "JD BABA 0700.HK", "^HSI"),
    ],
)
def test_edits_reach_the_file_and_can_be_undone_and_redone(
    run: Run, config: Path, words: tuple[str, ...], mine: str, other: str
) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert shown(config) == {"mine": mine, "Other": other}
    assert run("undo").exit_code == ExitCode.OK
    assert shown(config) == {"mine": "0700.HK BABA JD", "Other": "^HSI"}
    assert run("redo").exit_code == ExitCode.OK
    assert shown(config) == {"mine": mine, "Other": other}


def test_a_short_position_is_a_negative_quantity(run: Run, config: Path) -> None:
    assert run("position", "BABA", "-100", "160", "--list", "mine").exit_code == ExitCode.OK
    entry = lists(config).lists[0].entries[1]
    assert (entry.quantity, entry.cost) == (-100.0, 160.0)
    # What is no number is still said to be none.
    assert "'--cost' is not a valid float" in run("position", "BABA", "--cost", "160").output


def test_notes_tags_and_positions(run: Run, config: Path) -> None:
    run("note", "BABA", "watch the bonds")
    run("tag", "BABA", "cloud", "ai")
    run("position", "BABA", "100", "160.5", "--currency", "USD")
    run("position", "JD", "--", "-5", "30")
    entry = lists(config).lists[0].entries[1]
    assert (entry.note, entry.tags) == ("watch the bonds", ("cloud", "ai"))
    assert (entry.quantity, entry.cost, entry.cost_currency) == (100.0, 160.5, "USD")
    assert lists(config).lists[0].entries[2].quantity == -5.0
    table = run("show", "--list", "mine").stdout.splitlines()
    assert table[0].split() == ["#", "symbol", "quantity", "cost", "tags", "note"]
    assert table[2].split("  ")[-1] == "watch the bonds"
    run("position", "BABA")
    run("note", "BABA", "")
    run("tag", "BABA")
    assert lists(config).lists[0].entries[1].quantity is None
    assert run("undo", "--steps", "7").exit_code == ExitCode.OK
    assert lists(config) == read_text(START.encode(), "w").lists


def _entry(found: Watchlists) -> tuple[object, ...]:
    one = found.lists[0].entries[1]
    return one.note, one.tags, one.quantity, one.cost, one.cost_currency


@pytest.mark.parametrize(
    ("words", "look", "expected"),
    [
        (("note", "BABA", "the bonds"), _entry, ("the bonds", (), None, None, None)),
        (("tag", "BABA", "ai", "cloud"), _entry, ("", ("ai", "cloud"), None, None, None)),
        (("position", "BABA", "5", "9.5", "--currency", "usd"), _entry, ("", (), 5.0, 9.5, "USD")),
        (("add", "PDD", "--note", "new"), lambda w: [one.note for one in w.lists[0].entries[2:]], ["", "new"]),
        (("new", "chips", "--currency", "hkd"), lambda w: (w.lists[-1].name, w.lists[-1].currency), ("chips", "HKD")),
        (("rename", "mine", "ours"), lambda w: [one.name for one in w.lists], ["ours", "Other"]),
        (("currency", "mine", "usd"), lambda w: w.lists[0].currency, "USD"),
        (("place", "mine", "2"), lambda w: [one.name for one in w.lists], ["Other", "mine"]),
        (("delete", "mine"), lambda w: [one.name for one in w.lists], ["Other"]),
    ],
)  # fmt: skip
def test_each_command_is_one_step_there_and_back(
    run: Run, config: Path, words: tuple[str, ...], look: Callable[[Watchlists], object], expected: object
) -> None:
    before = lists(config)
    assert look(before) != expected
    result = run(*words)
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert look(lists(config)) == expected
    assert run("undo").exit_code == ExitCode.OK
    assert lists(config) == before
    assert run("undo").exit_code == ExitCode.USAGE
    assert run("redo").exit_code == ExitCode.OK
    assert look(lists(config)) == expected


@pytest.mark.parametrize(
    ("by", "reverse", "order"),
    [
        ("quantity", False, "JD PDD 0700.HK BABA"),
        ("quantity", True, "PDD JD 0700.HK BABA"),
        ("cost", False, "PDD JD 0700.HK BABA"),
        ("note", False, "BABA 0700.HK JD PDD"),
        ("note", True, "0700.HK BABA JD PDD"),
    ],
)
def test_a_list_is_sorted_by_what_is_noted_with_what_is_missing_last(
    run: Run, config: Path, by: str, reverse: bool, order: str
) -> None:
    for words in (
        ("add", "PDD"), ("position", "JD", "--", "-5", "30"), ("position", "PDD", "7", "2"),
        ("note", "0700.HK", "b"), ("note", "BABA", "a"),
    ):  # fmt: skip
        assert run(*words).exit_code == ExitCode.OK
    assert run("sort", "--by", by, *(["--reverse"] if reverse else [])).exit_code == ExitCode.OK
    assert shown(config)["mine"] == order
    assert run("undo").exit_code == ExitCode.OK
    assert shown(config)["mine"] == "0700.HK BABA JD PDD"


def test_lists_are_made_renamed_placed_and_deleted(run: Run, config: Path) -> None:
    run("new", "chips", "--currency", "HKD")
    run("rename", "other", "Indices")
    run("place", "chips", "1")
    run("currency", "mine", "USD")
    assert [(one.name, one.currency) for one in lists(config).lists] == [
        ("chips", "HKD"),
        ("mine", "USD"),
        ("Indices", None),
    ]
    run("delete", "mine")
    assert list(shown(config)) == ["chips", "Indices"]
    run("undo", "--steps", "100")
    assert shown(config) == {"mine": "0700.HK BABA JD", "Other": "^HSI"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("add", "BABA"), ExitCode.USAGE, 'BABA is in "mine" already, at place 2.'),
        (("add", "BABA", "PDD"), ExitCode.PARTIAL, 'BABA is in "mine" already, at place 2.\nPDD added to "mine".'),
        (("add", "§§§"), ExitCode.USAGE, '"§§§" is no symbol and no name that is known.'),
        (("remove", "PDD"), ExitCode.USAGE, 'PDD is not in "mine".'),
        (("remove", "JD", "--list", "x"), ExitCode.USAGE, 'There is no list named "x"; there are: "mine", "Other".'),
        (("move", "JD"), None, "Say where to: --at PLACE, --to NAME, or both."),
        (("new", "MINE"), ExitCode.USAGE, 'There is a list named "mine" already.'),
        (("rename", "mine", ""), ExitCode.USAGE, "A list needs a name."),
        (("undo",), ExitCode.USAGE, "There is nothing to undo."),
        (("redo",), ExitCode.USAGE, "There is nothing to redo."),
        (("position", "BABA", "nan"), ExitCode.USAGE, "The quantity of BABA is not a number within bounds."),
    ],
)
def test_what_cannot_be_done_says_so(run: Run, words: tuple[str, ...], code: ExitCode | None, told: str) -> None:
    result = run(*words)
    assert result.stdout == ""
    assert told in result.stderr
    assert result.exit_code == (2 if code is None else code)


def test_a_broken_file_is_named_and_never_written_over(run: Run, config: Path) -> None:
    config.write_text(START + "entries = [\n", encoding="utf-8")
    before = config.read_bytes()
    for words in (("add", "PDD"), ("check",), ("undo",), ("new", "x")):
        result = run(*words)
        assert result.exit_code == ExitCode.CONFIG
        assert f"{config}, line 7: " in result.stderr
    assert run("show").exit_code == ExitCode.CONFIG
    assert config.read_bytes() == before


def test_check_of_a_good_file(run: Run, config: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert "2 lists, 4 symbols" in result.stderr


def test_show_in_every_form(run: Run) -> None:
    document = json.loads(run("show", "--format", "json").stdout)
    assert [one["name"] for one in document] == ["mine", "Other"]
    assert set(document[0]["entries"][0]) == {
        "symbol", "note", "tags", "quantity", "cost", "cost_currency", "unverified",
    }  # fmt: skip
    lines = [json.loads(line) for line in run("show", "--format", "jsonl").stdout.splitlines()]
    assert [(line["list"], line["symbol"]) for line in lines] == [
        ("mine", "0700.HK"),
        ("mine", "BABA"),
        ("mine", "JD"),
        ("Other", "^HSI"),
    ]
    rows = list(csv.DictReader(io.StringIO(run("show", "--list", "Other", "--format", "csv").stdout)))
    assert [(row["list"], row["symbol"]) for row in rows] == [("Other", "^HSI")]
    assert run("list", "--format", "csv").stdout == "name,symbols,currency\nmine,3,\nOther,1,\n"
    assert [json.loads(line)["symbols"] for line in run("list", "--format", "jsonl").stdout.splitlines()] == [3, 1]
    assert "0700.HK" in run("show").stdout


def test_import_grows_lists_makes_others_and_is_one_step(run: Run, config: Path, tmp_path: Path) -> None:
    path = tmp_path / ".ticker.yaml"
    path.write_text(
        "watchlist:\n  - PDD\ngroups:\n  - name: MINE\n    watchlist:\n      - BABA\n      - NTES\n", encoding="utf-8"
    )
    result = run("import", str(path))
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert shown(config) == {"mine": "0700.HK BABA JD NTES", "Other": "^HSI", "Imported": "PDD"}
    run("undo")
    assert shown(config) == {"mine": "0700.HK BABA JD", "Other": "^HSI"}
    assert run("import", "-", "--list", "Other", given="PDD, 700\n!!\n").exit_code == ExitCode.PARTIAL
    assert shown(config)["Other"] == "^HSI PDD 0700.HK"
    assert run("import", "-", "--list", "Other", given="PDD").exit_code == ExitCode.OK
    result = run("import", "-", "--form", "json", given="[")
    assert result.exit_code == ExitCode.CONFIG
    assert "not valid JSON" in result.stderr


@pytest.mark.parametrize("form", ["csv", "json", "ticker"])
def test_what_is_exported_is_imported(run: Run, config: Path, tmp_path: Path, form: str) -> None:
    run("position", "BABA", "100", "160.5")
    before = lists(config)
    path = tmp_path / "out"
    assert run("export", str(path), "--form", form).exit_code == ExitCode.OK
    run("delete", "mine")
    run("delete", "Other")
    assert lists(config) == Watchlists()
    assert run("show").stdout == ""
    assert run("add", "BABA").exit_code == ExitCode.USAGE
    assert run("import", str(path), "--form", form).exit_code == ExitCode.OK
    assert lists(config) == before


@pytest.mark.parametrize("form", ["symbols", "yahoo", "mop"])
@pytest.mark.parametrize("guessed", [False, True])
def test_forms_that_know_no_lists_come_back_into_the_one_that_is_named(
    run: Run, config: Path, tmp_path: Path, form: str, guessed: bool
) -> None:
    run("position", "BABA", "100", "160.5", "--list", "mine")
    before = lists(config).lists[0]
    path = tmp_path / {"symbols": "out.txt", "yahoo": "quotes.csv", "mop": ".moprc"}[form]
    assert run("export", str(path), "--form", form, "--list", "mine").exit_code == ExitCode.OK
    for symbol in before.symbols:
        run("remove", symbol)
    assert lists(config).lists[0].symbols == ()
    result = run("import", str(path), "--list", "mine", *(() if guessed else ("--form", form)))
    assert result.exit_code == ExitCode.OK, result.stderr
    found = lists(config).lists[0]
    assert found.symbols == before.symbols
    # Yahoo's file knows positions, the other two know symbols alone.
    assert found.entries[1].quantity == (100.0 if form == "yahoo" else None)
    assert found.entries[1].cost == (160.5 if form == "yahoo" else None)
    assert run("undo").exit_code == ExitCode.OK
    assert lists(config).lists[0].symbols == ()


@pytest.mark.parametrize(
    "words",
    [
        ("add", "PDD"), ("remove", "^HSI"), ("move", "^HSI", "--to", "mine"), ("note", "^HSI", "the index"),
        ("tag", "^HSI", "core"), ("position", "^HSI", "2", "100"),
    ],
)  # fmt: skip
def test_the_list_that_is_named_is_the_one_that_is_edited(run: Run, config: Path, words: tuple[str, ...]) -> None:
    before = lists(config)
    assert run(*words, "--list", "OTHER").exit_code == ExitCode.OK
    after = lists(config)
    assert after.lists[1] != before.lists[1]
    assert (after.lists[0] == before.lists[0]) == (words[0] != "move")
    assert run("undo").exit_code == ExitCode.OK
    assert lists(config) == before
    assert run("redo").exit_code == ExitCode.OK
    assert lists(config) == after


def test_export_goes_to_stdout_by_default(run: Run) -> None:
    assert run("export", "--form", "symbols").stdout == "0700.HK\nBABA\nJD\n^HSI\n"


def test_every_command_has_its_help(run: Run) -> None:
    for name in command.commands:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout
