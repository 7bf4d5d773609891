"""``dllm-struct serve``."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest

from dllm_struct.cli import main
from dllm_struct.cli.serve import KEY_VARIABLE


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_others_need_a_key(
    host: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(SystemExit) as end:
        main(["serve", "--host", host])
    assert end.value.code == 2
    assert "--api-key" in capsys.readouterr().err


def test_without_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit) as end:
        main(["serve"])
    assert end.value.code == 2
    assert "dllm-struct[serve]" in capsys.readouterr().err


def test_serves_the_bundled_model() -> None:
    """From start to the interrupt, as a user runs it; the key comes from the environment."""
    code = "from dllm_struct.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--name", "small"]
    process = subprocess.Popen(
        [*command, "--api-key", "abc"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        url = ""
        assert process.stderr is not None and process.stdout is not None
        for line in process.stderr:
            found = re.search(r"at (http://127\.0\.0\.1:\d+)", line)
            if found:
                url = found[1]
                break
        assert url
        reply = httpx.post(
            f"{url}/v1/chat/completions",
            json={
                "model": "small",
                "messages": [{"role": "user", "content": "Yes or no?"}],
                "structured_outputs": {"choice": ["yes", "no"]},
            },
            headers={"Authorization": "Bearer abc"},
            timeout=120,
            trust_env=False,
        )
        assert reply.status_code == 200, reply.text
        message: dict[str, Any] = reply.json()["choices"][0]["message"]
        assert message["content"] in ("yes", "no")
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert process.returncode in (0, 130)
