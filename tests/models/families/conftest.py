"""Checkpoints of every family, saved and loaded once."""

from __future__ import annotations

from typing import Any

import pytest

import dllm_struct as ds
from tests.models.families.checkpoints import CHECKPOINTS


@pytest.fixture(scope="package")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One checkpoint of each kind: the network that was saved, and the model that was loaded."""
    made: dict[str, tuple[Any, ds.Model]] = {}

    def load(kind: str) -> tuple[Any, ds.Model]:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind.replace("-", "_"))
            network = CHECKPOINTS[kind].save(folder)
            made[kind] = network, ds.load(folder, device="cpu", trust_remote_code=True)
        return made[kind]

    return load
