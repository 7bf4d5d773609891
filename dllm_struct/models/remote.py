"""Networks whose code comes with the checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import transformers
from transformers.dynamic_module_utils import get_class_from_dynamic_module
from transformers.models.auto import configuration_auto

from dllm_struct.errors import UnknownModel
from dllm_struct.models import compatibility

NATIVE: Mapping[str, str] = vars(configuration_auto)["CONFIG_MAPPING_NAMES"]
"""Types of models whose configurations transformers ships."""

NETWORKS = ("AutoModelForCausalLM", "AutoModelForMaskedLM", "AutoModel")
"""Entries of ``auto_map`` that may name the network with its head, the surest first."""


@dataclass(frozen=True)
class Remote:
    """The code of a checkpoint.

    Attributes:
        source: folder or hub id.
        revision: of the checkpoint and its code.
        auto_map: which class stands for what, from the configuration.
    """

    source: str
    revision: str | None
    auto_map: Mapping[str, str]

    @classmethod
    def of(cls, source: str, revision: str | None) -> Remote | None:
        """Return the code that a checkpoint needs; None: transformers has its network.

        Raises:
            UnknownModel: the code lies in another repository, whose revision nobody pinned.
        """
        stated, _ = transformers.PretrainedConfig.get_config_dict(source, revision=revision)
        auto_map = stated.get("auto_map") or {}
        if not auto_map or _is_native(stated):
            return None
        if elsewhere := [name for name in auto_map.values() if "--" in str(name)]:
            raise UnknownModel(
                f"the code of '{source}' lies in another repository ({elsewhere[0]})",
                hint="load that repository, or save the model to a folder together with its code",
            )
        return cls(source, revision, auto_map)

    def config(self) -> Any:
        """Return the checkpoint's configuration; runs its code."""
        return transformers.AutoConfig.from_pretrained(
            self.source,
            revision=self.revision,
            code_revision=self.revision,
            trust_remote_code=True,
        )

    def from_pretrained(self, source: str, **options: Any) -> Any:
        """Return the checkpoint's network; runs its code.

        Args:
            source: folder or hub id.
            **options: of transformers' method of this name.

        Raises:
            UnknownModel: the code has no network with a head.
        """
        kind = next((kind for kind in NETWORKS if kind in self.auto_map), None)
        if kind is None:
            raise UnknownModel(
                f"the configuration of '{self.source}' names no class for its network",
                hint=f"its auto_map needs one of {', '.join(NETWORKS)}",
            )
        found = get_class_from_dynamic_module(
            self.auto_map[kind], source, revision=self.revision, code_revision=self.revision
        )
        compatibility.silence(found)
        network = compatibility.adapted(found)
        network.register_for_auto_class(kind)  # so that saving takes the code along
        loaded = network.from_pretrained(source, **options)
        compatibility.restore(loaded)
        return loaded


def _is_native(stated: Mapping[str, Any]) -> bool:
    """Whether transformers has the network that a configuration names, whatever code is there."""
    names = stated.get("architectures") or ()
    return stated.get("model_type") in NATIVE and all(hasattr(transformers, name) for name in names)
