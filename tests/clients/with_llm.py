"""The command ``llm``, which is told of the server by a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import KEY, MAIL, MODEL, PERSON, URL, check, is_person, main

SETTINGS = f"""\
- model_id: served
  model_name: {MODEL}
  api_base: {URL}/v1
  api_key_name: served
  supports_schema: true
"""


def llm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "extra-openai-models.yaml").write_text(SETTINGS)
        (Path(folder) / "keys.json").write_text(json.dumps({"served": KEY}))
        return subprocess.run(
            [str(Path(sys.executable).parent / "llm"), *arguments],
            env={**os.environ, "LLM_USER_PATH": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )


@check
def schema_in_a_stream_with_usage() -> None:
    done = llm("-m", "served", "--schema", json.dumps(PERSON), "--usage", "-o", "seed", "1", MAIL)
    assert is_person(json.loads(done.stdout))
    assert "Token usage" in done.stderr


@check
def schema_without_a_stream() -> None:
    done = llm("-m", "served", "--schema", json.dumps(PERSON), "--no-stream", MAIL)
    assert is_person(json.loads(done.stdout))


@check
def plain_text() -> None:
    llm("-m", "served", "-o", "max_tokens", "8", MAIL)


main()
