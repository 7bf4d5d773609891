"""The HTTP server: OpenAI's endpoints, those of editors, and one of our own for several holes.

Every endpoint translates its request into one `Ask` (`requests`) and the result back (`replies`).
Between them a `Scheduler` denoises all requests together: they share forward passes, and rows join
and leave between two steps. `create_app` makes the application; extra ``serve``.
"""

from __future__ import annotations
