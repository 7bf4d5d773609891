"""The page in headless Chromium: what it shows is what the API's events say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import dllm_struct as ds
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.limits import Limits
from tests.serve.conftest import running
from tests.serve.reading import frames_of

playwright = pytest.importorskip("playwright.sync_api", exc_type=ImportError)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.slow,
]

WAIT = 60_000
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "express": {"type": "boolean"},
        "kind": {"enum": ["lamp", "chair"]},
    },
    "required": ["name", "express", "kind"],
    "additionalProperties": False,
}
PROMPT = "Ada orders a lamp by express. Answer with JSON."
KINDS = {"committed": "chosen", "forced": "forced", "masked": "masked", "invariant": "invariant"}
KEY = "a secret"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(
        create_app(ds.load("bundled"), Settings("bundled", [KEY], isolation="threads"))
    ) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    found = browser.new_page(viewport={"width": 360, "height": 780}, reduced_motion="reduce")
    found.set_default_timeout(WAIT)
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda told: faults.append(told.text) if "Policy" in told.text else None)
    found.goto(url)
    found.locator("#error-code", has_text="invalid_api_key").wait_for()
    found.fill("#key", KEY)
    found.locator("#key").blur()
    found.locator("#error").wait_for(state="hidden")
    yield found
    found.close()
    assert not faults


def choose(page: Any, kind: str, constraint: str, prompt: str) -> None:
    page.locator(f"input[value={kind}]").check(force=True)
    page.fill("#constraint", constraint)
    page.fill("#prompt", prompt)


def run(page: Any) -> None:
    page.click("#start")
    page.locator("#status", has_text="Done").wait_for()
    page.locator("#play", has_text="Play").wait_for()


def events_of(url: str, **body: Any) -> tuple[list[Any], Any]:
    """The events of a request, and its result."""
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=url, timeout=60, trust_env=False, headers=headers) as client:
        frames = frames_of(client, "/v1/infill", seed=0, events=True, candidates=3, **body)
    return [data for name, data in frames if name == "step"], frames[-1][1]


def test_canvas_is_what_the_events_say(page: Any, url: str) -> None:
    events, done = events_of(url, prompt=PROMPT, output_type={"json_schema": SCHEMA})
    choose(page, "json_schema", json.dumps(SCHEMA), PROMPT)
    page.locator("#settings").evaluate("element => { element.open = true }")
    page.fill("#candidates", "3")
    run(page)
    assert json.loads(page.inner_text("#value")) == done["value"]
    assert page.locator("#stats dd").first.inner_text() == str(done["stats"]["nfe"])
    page.focus("#step")
    page.keyboard.press("Home")
    assert page.input_value("#step") == "0"
    assert page.locator("#canvas [data-id]").count() == len(events[0]["seen"])
    for number, event in enumerate(events, 1):
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#step-text") == f"{number} / {len(events)}"
        check_step(page, event)
    page.keyboard.press("ArrowRight")
    assert page.input_value("#step") == str(len(events))


def check_step(page: Any, event: dict[str, Any]) -> None:
    shown = page.locator("#canvas [data-id]").evaluate_all(
        "all => all.map(one => [Number(one.dataset.id), one.className, one.textContent])"
    )
    assert [number for number, _, _ in shown] == event["ids"]
    rows = zip(
        shown, event["states"], event["pieces"], event["witness"], event["confidence"], strict=True
    )
    for (_, classes, text), state, piece, token, _confidence in rows:
        is_null = state in ("committed", "forced") and not piece
        assert ("null" if is_null else KINDS[state]) in classes.split()
        expected = "▢" if token < 0 else piece.replace("\n", "↵\n") or "∅"
        assert text == expected
    lengths: dict[str, int] = {}
    for slot, length in event["spans"]:
        if slot is not None:
            lengths[slot] = lengths.get(slot, 0) + length
    counts = page.locator("#slots li").evaluate_all("all => all.map(one => one.innerText)")
    found = [re.search(r"of (\d+)", count) for count in counts]
    assert [int(match[1]) for match in found if match] == list(lengths.values())


def test_candidates(page: Any, url: str) -> None:
    events, _ = events_of(url, prompt=PROMPT, output_type={"json_schema": SCHEMA})
    choose(page, "json_schema", json.dumps(SCHEMA), PROMPT)
    page.locator("#candidates").evaluate("field => { field.value = 3 }")
    run(page)
    page.focus("#map")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    for wanted in events[0]["candidates"][:4]:
        cell = page.locator(f'#canvas [data-id="{wanted["id"]}"]')
        cell.focus()
        tokens = page.locator("#popover tbody code").all_inner_texts()
        assert len(tokens) == len(wanted["top"]) == 3
        verdicts = page.locator("#popover tbody td:last-child").all_inner_texts()
        assert ["ruled out" in text for text in verdicts] == [
            candidate["allowed"] is False for candidate in wanted["top"]
        ]
        assert cell.get_attribute("aria-describedby") == "popover"
    page.keyboard.press("Escape")
    assert page.locator("#popover").is_hidden()


def test_map_goes_to_a_step(page: Any) -> None:
    choose(page, "regex", "[a-z]{6}", PROMPT)
    run(page)
    box = page.locator("#map").bounding_box()
    page.locator("#map").click(position={"x": box["width"] / 2, "y": 1})
    assert page.input_value("#step") == "0"
    page.locator("#map").click(position={"x": 3, "y": box["height"] - 2})
    assert page.input_value("#step") == page.get_attribute("#step", "max")
    page.keyboard.press(",")
    assert page.input_value("#step") == str(int(page.get_attribute("#step", "max")) - 1)


def test_markup_stays_text(page: Any) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    choose(page, "regex", re.escape(hostile) + "[a-z]", f"Say {hostile}")
    run(page)
    assert page.inner_text("#value").startswith(hostile)
    assert hostile in page.inner_text("#code-panel")
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1


def test_errors_are_shown_where_they_belong(page: Any) -> None:
    choose(page, "json_schema", '{"type": "nonsense"}', PROMPT)
    page.click("#start")
    page.locator("#error-code", has_text="invalid_schema").wait_for()
    assert page.inner_text("#error-param") == "output_type"
    assert page.get_attribute("#constraint", "aria-invalid") == "true"
    page.fill("#constraint", "{")
    page.click("#start")
    page.locator("#error-code", has_text="invalid_json").wait_for()
    page.fill("#constraint", '{"type": "boolean"}')
    run(page)
    assert page.locator("#error").is_hidden()
    assert page.get_attribute("#constraint", "aria-invalid") is None


def test_by_keyboard_alone(page: Any) -> None:
    page.focus("input[value=json_schema]")
    page.keyboard.press("ArrowRight")
    assert page.locator("input[value=regex]").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("(yes|no), [0-9]{4}")
    focused = "() => document.activeElement.id"
    for _ in range(40):
        if page.evaluate(focused) == "start":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#status", has_text="Done").wait_for()
    assert page.evaluate(focused) == "start"
    assert re.fullmatch("(yes|no), [0-9]{4}", page.inner_text("#value"))
    seen = []
    while "code-panel" not in seen:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused) or page.evaluate("document.activeElement.role"))
    assert seen == [
        *("back", "play", "forward", "step", "option", "map", "value"),
        *("tab-curl", "copy", "code-panel"),
    ]


def test_stop(page: Any) -> None:
    choose(page, "regex", "[a-z]{300}", PROMPT)
    page.click("#start")
    page.locator("#canvas [data-id]").first.wait_for()
    page.click("#stop")
    page.locator("#status", has_text="Stopped").wait_for()
    assert page.locator("#start").is_enabled() and page.locator("#result").is_hidden()
    assert page.locator("#error").is_hidden()


def test_templates_and_prefixes(page: Any) -> None:
    page.locator("input[value=template]").check(force=True)
    page.select_option("#menu", label="commit_message")
    assert '"template": "commit_message"' in page.inner_text("#code-panel")
    choose(page, "template", 'a {{ word | choice("lamp", "chair") }}\nand {{ n | integer }}', "")
    run(page)
    assert re.fullmatch(r"a (lamp|chair)\nand -?\d+", page.inner_text("#value").strip())
    choose(page, "regex", "[0-9]{2}", "")
    page.locator("#infilling summary").click()
    page.fill("#prefix", "x = ")
    page.fill("#suffix", ";")
    run(page)
    assert re.fullmatch("[0-9]{2}", page.inner_text("#value"))


def test_python_for_the_same_request(page: Any) -> None:
    choose(page, "regex", r"[a-c]{3}'\\\"é\n?", 'It\'s "it" é\n')
    page.fill("#temperature", "1.5") if page.is_visible("#temperature") else None
    run(page)
    page.click("#tab-python")
    code = page.inner_text("#code-panel")
    assert KEY not in code
    made = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={"DLLM_STRUCT_API_KEY": KEY, "PYTHONIOENCODING": "utf-8", "no_proxy": "*"},
    )
    assert made.stdout.decode().removesuffix("\n") == page.text_content("#value")


def test_fits_narrow_screens(page: Any) -> None:
    choose(page, "regex", "[a-z]{40}", PROMPT)
    run(page)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_choices_and_documents(page: Any) -> None:
    choose(page, "choice", "lamp\n\nchair\n", "Ada orders a lamp.")
    assert page.locator("#infilling").is_visible()
    run(page)
    assert page.inner_text("#value") in ("lamp", "chair")
    page.locator("input[value=document]").check(force=True)
    assert page.locator("#infilling").is_hidden()
    page.fill("#prompt", "")
    run(page)
    pattern = r"host = [a-z]{1,8}\.(com|org)\nport = [1-9]\d{3}\nmode = (fast|safe)"
    assert re.fullmatch(pattern, page.inner_text("#value").strip())
    assert page.locator("#slots li").count() == 3
    page.fill("#constraint", "[")
    page.click("#start")
    page.locator("#error-code", has_text="invalid_json").wait_for()
    assert page.get_attribute("#constraint", "aria-invalid") == "true"


def test_with_workers(browser: Any) -> None:
    """What is denoised in a worker is shown like everything else."""
    settings = Settings("bundled", limits=Limits(workers=1, compile_seconds=60, step_seconds=60))
    with running(create_app(ds.load("bundled"), settings)) as found:
        own = browser.new_page()
        own.set_default_timeout(3 * WAIT)
        own.goto(found)
        own.locator("input[value=document]").check(force=True)
        own.select_option("#menu", label="Two holes in a program")
        own.fill("#prompt", "")
        run(own)
        assert ds.grammar("python").matches(own.text_content("#value"))
        assert own.locator("#canvas [data-id]").count() > 0
        own.locator("input[value=regex]").check(force=True)
        run(own)
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])-[0-3]\d", own.inner_text("#value"))
        own.close()
