"""The page: what it consists of, how it is served, and that it asks nobody else for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest

from dllm_struct.decoding.presets import PRESETS
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.routes.meta import page_files
from tests.serve.conftest import client_of, noise_model

FILES = {path: data.decode() for path, (data, _) in page_files().items()}
SCRIPTS = {path: text for path, text in FILES.items() if path.endswith(".js")}
KINDS = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


class Elements(HTMLParser):
    """All elements of a page, as tags with their attributes, and the text inside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts = ""
        self._is_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), tag
        self.found.append((tag, dict(attrs)))
        self._is_script = tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.scripts += data if self._is_script else ""

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def values(self, *names: str) -> list[str]:
        return [a[name] or "" for _, a in self.found for name in names if name in a]


PAGE = Elements(FILES["/"])
IDS = PAGE.values("id")


def test_there_is_a_page() -> None:
    assert {"/", "/page.js", "/page.css"} <= FILES.keys()


@pytest.mark.parametrize("path", FILES)
def test_served(client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 200 and reply.text == FILES[path]
    suffix = path.rpartition(".")[2] if "." in path else "html"
    assert reply.headers["content-type"] == KINDS[suffix]
    assert reply.headers["x-content-type-options"] == "nosniff"
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy


def test_page_needs_no_key() -> None:
    with client_of(create_app(noise_model(), Settings("noise", ["secret"]))) as client:
        assert all(client.get(path).status_code == 200 for path in FILES)
        assert client.get("/v1/languages").status_code == 401


@pytest.mark.parametrize("path", FILES)
def test_refers_to_nothing_outside(path: str) -> None:
    addresses = set(re.findall(r"(?:https?:)?//[\w.]+", FILES[path]))
    own = {"http://www.w3.org"} if path.endswith(".svg") else set()
    assert not {a for a in addresses if ":" in a} - own
    assert not re.search(r"@import|url\(", FILES["/page.css"])


def test_references_exist() -> None:
    wanted = {value for value in PAGE.values("src", "href") if not value.startswith("#")} | {
        name for text in SCRIPTS.values() for name in re.findall(r'from "\./([^"]+)"', text)
    }
    assert {f"/{name}" for name in wanted} == FILES.keys() - {"/"}


def test_nothing_inline() -> None:
    assert not PAGE.scripts.strip()
    for tag, attributes in PAGE.found:
        assert tag != "style" and "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)


def test_ids() -> None:
    assert len(set(IDS)) == len(IDS)
    scripts = "".join(SCRIPTS.values())
    used = set(re.findall(r'byId\("([^"]+)"\)', scripts))
    named = r"const (?:NUMBERS|CHOICES) = \[(.*?)\]"
    used |= set(re.findall(r'"(\w+)"', "".join(re.findall(named, scripts))))
    assert "sampler" in used and "steps" in used
    used |= {value.removeprefix("#") for value in PAGE.values("href") if value.startswith("#")}
    names = PAGE.values(
        "for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage"
    )
    used |= {name for value in names for name in value.split()}
    assert used <= set(IDS)


def test_fields_have_labels() -> None:
    labelled = set(PAGE.values("for"))
    for tag, attributes in PAGE.found:
        if tag in ("input", "select", "textarea") and attributes.get("type") != "radio":
            assert attributes["id"] in labelled or "aria-label" in attributes


@pytest.mark.parametrize("path", SCRIPTS)
def test_text_never_becomes_markup(path: str) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|Function\(|srcdoc|DOMParser",
        SCRIPTS[path],
    )


def test_languages_are_what_the_menus_need(client: httpx.Client) -> None:
    found = client.get("/v1/languages").json()
    assert found["presets"] == PRESETS
    assert {"sampler", "length", "remasking"} == found["settings"].keys()
    assert all(names for names in found["settings"].values())
    for folder, name in (("grammars", "json"), ("templates", "email_reply")):
        assert name in {language["name"] for language in found[folder]}
        assert all(language["text"] for language in found[folder])
