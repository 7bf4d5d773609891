"""The command line: ``dllm-struct generate`` and ``dllm-struct compile``.

Nothing heavy is imported before a command needs it: the library's names are lazy, so ``--help``
answers at once.
"""

from dllm_struct.cli.app import main

__all__ = ["main"]
