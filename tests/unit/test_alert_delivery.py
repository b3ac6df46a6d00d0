"""Nothing in an event commands a terminal, tmux, a desktop or a shell; a hook gets JSON; nothing waits for it."""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.golden.schema_check import errors
from tests.servers.loopback import Answer, Asked, LoopbackServer, json_body
from tests.unit.alert_stage import utc

from tui_monitor.cli.commands.schema import FOLDER as SCHEMAS
from tui_monitor.config.settings import Alerts
from tui_monitor.domain import alert_text
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel
from tui_monitor.services import alert_delivery
from tui_monitor.services.alert_delivery import Delivery, DeliveryError, desktop_command
from tui_monitor.store.alert_log import append_events, event_record, read_events

HOSTILE = "\x1b]0;owned\x07 \x9d52;c;x\x9c #(touch /tmp/x) #{E:x} $(reboot) `id` %H ' \" \n\r -x; \u202e &<b>"

EXAMPLES = int(os.environ.get("TUI_MONITOR_EXAMPLES", "150"))


def event(text: str = HOSTILE, **more: Any) -> AlertEvent:
    values: dict[str, Any] = {"time": utc("2026-03-04T03:00:00"), "rule": "one", "kind": AlertKind.HEADLINE}
    return AlertEvent(**values | {"text": text, **more})


def delivery(environment: dict[str, str] | None = None, **alerts: Any) -> Delivery:
    told = Alerts(**alerts)
    return Delivery(lambda: told, lambda one: one.text, environment or {"PATH": os.environ["PATH"]})


@given(st.text(max_size=400))
@example(HOSTILE)
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_text_leaves_its_sequence(text: str) -> None:
    for one in (alert_text.osc9(text), alert_text.osc777(text, text)):
        assert re.fullmatch(r"\x1b\][^\x00-\x1f\x7f-\x9f]*\x07", one)
        assert one.startswith(("\x1b]9; ", "\x1b]777;notify;"))
        assert one.count(";") == 3 or not one.startswith("\x1b]777")
        wrapped = alert_text.passed_through(one, {"TMUX": "x"})
        assert wrapped == f"\x1bPtmux;\x1b{one}\x1b\\"
        assert alert_text.passed_through(one, {"STY": "x"}) == f"\x1bP{one}\x1b\\"
        # The end of the wrapping appears once, at its end.
        assert wrapped.index("\x1b\\") == len(wrapped) - 2


@given(st.text(max_size=400))
@example(HOSTILE)
@example("##(id)")
@example("###{E:x}")
@settings(max_examples=EXAMPLES, deadline=None)
def test_tmux_and_desktop_get_plain_words(text: str) -> None:
    message = alert_text.tmux_message(text)
    assert "#" not in message
    assert message.replace("%%", "").count("%") == 0
    assert not message.endswith(";")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", message)
    command = desktop_command(text, which=lambda program: f"/bin/{program}" if program == "notify-send" else None)
    if sys.platform != "darwin":
        assert command[:4] == ("notify-send", "--app-name=tui-monitor", "--", "tui-monitor")
        assert len(command) == 5
        assert "<" not in command[4]
        assert html.unescape(command[4]) == alert_text.plain(text)


def writing_down(folder: Path, *names: str) -> Path:
    """Put programs on a ``PATH`` that write down the arguments they get, each ended by a zero byte."""
    folder.mkdir()
    for name in names:
        program = folder / name
        program.write_text(f'#!{sys.executable}\nimport os, sys\n'
                           f'open({str(folder / name)!r} + ".argv", "ab").write('
                           'b"".join(os.fsencode(one) + b"\\0" for one in sys.argv[1:]) + b"\\0")\n')  # fmt: skip
        program.chmod(0o700)
    return folder


def written_down(folder: Path, name: str) -> list[list[str]]:
    """Return the arguments of each call of a program."""
    calls = (folder / f"{name}.argv").read_bytes().decode().split("\0\0")[:-1]
    return [call.split("\0") for call in calls]


TITLES = (
    HOSTILE, "-d 0 --help", "; touch /tmp/x", "$(touch /tmp/x) `touch /tmp/x`", "a\nb\tc\x00d",
    '" & (do shell script "touch /tmp/x") & "', "#(touch /tmp/x) %(x) #{l:x}", "騰訊「回購」；股價升 5%",
)  # fmt: skip


async def test_real_programs_get_each_title_as_one_plain_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_ = writing_down(tmp_path / "bin", "tmux", "notify-send", "osascript")
    made = delivery({"PATH": str(bin_), "TMUX": "/tmp/x,1,0"})
    for title in TITLES:
        assert await made.deliver(Channel.TMUX, event(title)) == "tmux shows it"
        monkeypatch.setattr(sys, "platform", "linux")
        assert await made.deliver(Channel.DESKTOP, event(title)) == "notify-send took it"
        monkeypatch.setattr(sys, "platform", "darwin")
        assert await made.deliver(Channel.DESKTOP, event(title)) == "osascript took it"
    shown, told, script = (written_down(bin_, name) for name in ("tmux", "notify-send", "osascript"))
    assert len(shown) == len(told) == len(script) == len(TITLES)
    for title, tmux, linux, mac in zip(TITLES, shown, told, script, strict=True):
        plain = alert_text.plain(title)
        assert tmux[:-1] == ["display-message", "-d", "8000", "--"]
        assert "#" not in tmux[-1]
        assert tmux[-1] == alert_text.tmux_message(title)
        assert linux[:-1] == ["--app-name=tui-monitor", "--", "tui-monitor"]
        assert html.unescape(linux[-1]) == plain
        # The script is a constant, the words are its argument.
        assert [one for one in mac if one == plain] == [plain]
        assert mac[:-1] == script[0][:-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_itself_delivers_to_a_server_of_this_machine() -> None:
    """Only where it is installed (the extra ``notify``)."""
    pytest.importorskip("apprise")
    async with LoopbackServer() as server:
        asked: list[Asked] = []

        def take(one: Asked) -> Answer:
            asked.append(one)
            return json_body({})

        server.route("/alerts", take)
        address = server.url.replace("http://", "json://")
        told = await delivery(apprise=(f"{address}/alerts",)).deliver(Channel.APPRISE, event(HOSTILE))
    assert told == "apprise delivered it to 1"
    (one,) = asked
    record = json.loads(one.body)
    assert (record["title"], record["message"]) == ("tui-monitor", alert_text.plain(HOSTILE).strip())


async def test_the_hook_gets_json_on_its_stdin_and_no_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    hook = tmp_path / "hook with 'a name"
    hook.write_text('#!/bin/sh\ncat > "$1"\nprintf %s "$2" > "$1.arg"\n')
    hook.chmod(0o700)
    made = delivery(hook=(str(hook), str(out), "$(touch x); `id`"))
    assert "ended with 0" in await made.deliver(Channel.HOOK, event(value=7.5, symbol="0101.HK"))
    record = json.loads(out.read_bytes())
    assert (record["version"], record["rule"], record["kind"]) == (1, "one", "headline")
    assert (record["value"], record["symbol"], record["time"]) == (7.5, "0101.HK", "2026-03-04T03:00:00Z")
    assert (tmp_path / "out.arg").read_text() == "$(touch x); `id`"
    assert record["sentence"] == alert_text.plain(HOSTILE)
    schema = json.loads((SCHEMAS / "alerts-log.json").read_text(encoding="utf-8"))["items"]
    assert errors({key: value for key, value in record.items() if key != "version"}, schema) == []


async def test_a_hook_that_hangs_is_ended_and_holds_up_nothing(tmp_path: Path) -> None:
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\nsleep 60 & sleep 60\n")
    hook.chmod(0o700)
    made = delivery(hook=(str(hook),), hook_timeout=0.5)
    sent: list[str] = []
    made.terminal = sent.append
    made.offer(event(channels=(Channel.HOOK, Channel.BELL)))
    assert sent == ["\x07"], "the bell does not wait"
    running = asyncio.create_task(made.run())
    with pytest.raises(DeliveryError, match=r"took longer than 0\.5 s and was ended"):
        await made.deliver(Channel.HOOK, event())
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = delivery({"PATH": str(tmp_path)}, hook=("missing-hook",), apprise=("json://127.0.0.1",))
    monkeypatch.setitem(sys.modules, "apprise", None)
    for channel, reason in {
        Channel.BELL: "no terminal", Channel.TMUX: "no tmux session", Channel.DESKTOP: "neither notify-send",
        Channel.HOOK: "missing-hook is not there", Channel.APPRISE: "apprise is not installed",
    }.items():  # fmt: skip
        with pytest.raises(DeliveryError, match=reason):
            await made.deliver(channel, event())


async def test_apprise_is_asked_off_the_loop_and_tells_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []

    class Apprise:
        def add(self, address: str) -> bool:
            return "bad" not in address

        def notify(self, title: str, body: str, body_format: str) -> bool:
            told.append((body, body_format))
            return True

    fake = type(sys)("apprise")
    fake.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", fake)
    await delivery(apprise=("good://secret",)).deliver(Channel.APPRISE, event("words"))
    assert told == [("words", "text")]
    with pytest.raises(DeliveryError) as caught:
        await delivery(apprise=("good://secret", "bad://secret")).deliver(Channel.APPRISE, event("words"))
    assert "secret" not in str(caught.value)
    assert "address 2" in str(caught.value)


async def test_more_than_can_be_delivered_is_dropped_and_not_kept() -> None:
    made = delivery(hook=("true",))
    for _ in range(alert_delivery.WAITING + 10):
        made.offer(event(channels=(Channel.HOOK,)))
    assert made._queues[Channel.HOOK].qsize() == alert_delivery.WAITING


@given(st.text(max_size=60), st.none() | st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=40, deadline=None)
def test_each_event_is_one_line_of_json(text: str, value: float | None) -> None:
    line = json.dumps(event_record(event(text, value=value)))
    assert "\n" not in line
    assert json.loads(line)["text"] == text


def test_the_log_is_read_back_newest_first_and_broken_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    append_events(path, [event("a", value=1.0)])
    with path.open("ab") as file:
        file.write(b'{"broken\n\xff\n[]\n')
    append_events(path, [event("b\x1b[31m", channels=(Channel.BELL,))])
    found = read_events(path)
    assert [one.text for one in found] == ["b[31m", "a"]
    assert found[0].channels == (Channel.BELL,)
    assert found[1].value == 1.0
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_events(path, 1)) == 1


def test_a_monitor_that_follows_rings_its_own_terminal_and_leaves_the_rest_to_the_one_that_polls() -> None:
    written: list[str] = []
    ways = delivery({"TMUX": "x", "PATH": os.environ["PATH"]}, hook=["true"])
    ways.terminal = written.append
    ways.offer(event("a", channels=tuple(Channel)), everywhere=False)
    waiting = {channel for channel, queue in ways._queues.items() if queue.qsize()}
    assert waiting == {Channel.TMUX}
    assert any("\x07" in one for one in written)
    ways.offer(event("b", channels=tuple(Channel)))
    assert {channel for channel, queue in ways._queues.items() if queue.qsize()} == set(ways._queues)
