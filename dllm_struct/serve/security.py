"""Who may ask: bearer keys, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable


class Keys:
    """The keys that open the server; without any it is open to all who can reach it.

    Args:
        keys: the secrets. Only their digests are kept.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._digests = [_digest(key.encode()) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def admits(self, authorization: bytes | None) -> bool:
        """Whether an ``Authorization`` header has one of the keys.

        All keys are compared, each in a time that does not depend on where it differs.
        """
        if not self._digests:
            return True
        scheme, _, given = (authorization or b"").partition(b" ")
        digest = _digest(given.strip())
        found = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(found) and scheme.lower() == b"bearer"


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
