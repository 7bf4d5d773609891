"""Options that several commands share, in groups."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import dllm_struct as ds
from dllm_struct.errors import InvalidInput

Whitespace = Literal["canonical", "flexible"]
Structure = Literal["template", "free"]
Noise = Literal["joint", "gumbel"]

Schema = Annotated[
    Path | None, typer.Option("--schema", metavar="FILE", help="JSON Schema that the text obeys.")
]
Regex = Annotated[
    str | None, typer.Option("--regex", metavar="PATTERN", help="Python regex of the whole text.")
]
Grammar = Annotated[
    str | None,
    typer.Option(
        "--grammar", metavar="G", help="Name or file (Lark, GBNF) of a grammar of the whole text."
    ),
]
Start = Annotated[
    str | None, typer.Option("--start", metavar="RULE", help="The rule of the grammar to begin at.")
]
Prompt = Annotated[
    str | None,
    typer.Option(help="What the model reads first; '-' is standard input, '@FILE' a file."),
]
Space = Annotated[
    Whitespace, typer.Option(help="White space of JSON: as json.dumps writes it, or any.")
]
Output = Annotated[Path, typer.Option("--output", metavar="FILE", help="The file to write.")]
Model = Annotated[str, typer.Option(help="'bundled', a local folder, or the id of a model.")]
Layout = Annotated[
    Structure, typer.Option(help="A fixed layout with one slot per value, or one free slot.")
]
Threshold = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Confidence that the threshold sampler asks for."),
]
BlockLength = Annotated[
    int | None, typer.Option(min=1, help="Fill blocks of that length from left to right.")
]


@dataclass(frozen=True)
class Asked:
    """The constraint that a command asks for, as it was typed."""

    schema: Schema = None
    regex: Regex = None
    grammar: Grammar = None
    start: Start = None
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="T", help="Name or file of an infilling template."),
    ] = None
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=TEXT", help="What stands for a name of the template."),
    ] = None
    whitespace: Space = "canonical"


@dataclass(frozen=True)
class Writer:
    """With which model a text is written, and how long it may be."""

    model: Model = "bundled"
    device: Annotated[str, typer.Option(help="'auto', 'cpu', 'cuda', 'cuda:1' ...")] = "auto"
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Most positions of the output.")] = (
        None
    )
    seed: Annotated[int | None, typer.Option(help="Equal seeds give equal texts.")] = None


@dataclass(frozen=True)
class Run(Writer):
    """The same, and what is shown on the way."""

    watch: Annotated[bool, typer.Option("--watch", help="Draw the canvas as it is filled.")] = False
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one JSON object per step.")
    ] = None


@dataclass(frozen=True)
class Thought:
    """Room to think before the text; without ``--think`` there is none."""

    think: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Think in up to N tokens first; shown on standard error."
        ),
    ] = None
    think_sampler: Annotated[
        str | None,
        typer.Option(metavar="S", help="Which positions of the thinking a step commits."),
    ] = None
    think_steps: Annotated[
        int | None, typer.Option(min=1, help="Most forward passes for the thinking.")
    ] = None
    think_patience: Annotated[
        int | None,
        typer.Option(min=1, help="End the thinking when it has stayed the same for so many."),
    ] = None
    think_opening: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What stands before the thinking.")
    ] = None
    think_closing: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What stands between thinking and text.")
    ] = None

    def thinking(self) -> ds.Thinking | None:
        """Return the thinking that is asked for.

        Raises:
            InvalidDecoding: the sampler is unknown.
            InvalidInput: it is described, but not asked for.
        """
        how = {"sampler": self.think_sampler, "steps": self.think_steps}
        room: dict[str, Any] = {
            "patience": self.think_patience,
            "opening": self.think_opening,
            "closing": self.think_closing,
        }
        given = [name for name, value in (how | room).items() if value is not None]
        if self.think is None:
            if given:
                raise InvalidInput(
                    f"--think-{given[0]} without --think",
                    hint="say how many tokens the thinking may have, for instance --think 64",
                )
            return None
        decoding = ds.Decoding().replace(**{name: how[name] for name in given if name in how})
        return ds.Thinking(
            self.think, decoding, **{name: room[name] for name in given if name in room}
        )


@dataclass(frozen=True)
class How:
    """How a canvas is denoised; what is not given is as the preset, or `Decoding`, has it.

    A strategy is given by name, or with parameters: ``"factor(factor=2.0)"``.
    """

    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Measured settings: fast, balanced, quality.")
    ] = None
    sampler: Annotated[
        str | None, typer.Option(metavar="S", help="Which positions a step commits.")
    ] = None
    steps: Annotated[
        int | None, typer.Option(min=1, help="Most forward passes; without: one token each.")
    ] = None
    threshold: Threshold = None
    temperature: Annotated[
        float | None, typer.Option(min=0, help="0 takes the likeliest text, 1 samples.")
    ] = None
    top_k: Annotated[
        int | None, typer.Option(min=1, help="Sample among the likeliest so many tokens.")
    ] = None
    top_p: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Sample among the likeliest tokens of that share."),
    ] = None
    noise: Annotated[
        Noise | None, typer.Option(help="An exact joint sample, or Gumbel noise on the logits.")
    ] = None
    schedule: Annotated[
        str | None, typer.Option(metavar="S", help="How many positions a step commits.")
    ] = None
    blocks: Annotated[
        str | None, typer.Option(metavar="S", help="Which part of the canvas is open.")
    ] = None
    block_length: BlockLength = None
    length: Annotated[str | None, typer.Option(metavar="S", help="How slots grow and shrink.")] = (
        None
    )
    remasking: Annotated[
        str | None, typer.Option(metavar="S", help="Which committed tokens are taken back.")
    ] = None
    guidance: Annotated[
        list[str] | None,
        typer.Option(metavar="S", help="A further signal; may be given several times."),
    ] = None

    cache: Annotated[
        str | None, typer.Option(metavar="S", help="What is not computed again in every pass.")
    ] = None

    def decoding(self, **fixed: Any) -> ds.Decoding:
        """Return the settings.

        Raises:
            InvalidDecoding: a name or a value is unknown, or two settings contradict each other.
        """
        base = ds.Decoding() if self.preset is None else ds.Decoding.preset(self.preset)
        names = [field.name for field in fields(self) if field.name != "preset"]
        given = {name: getattr(self, name) for name in names}
        return base.replace(
            **{name: value for name, value in given.items() if value not in (None, [])}, **fixed
        )
