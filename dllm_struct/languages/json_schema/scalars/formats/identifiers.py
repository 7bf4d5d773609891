"""URIs, IRIs and templates of them (RFC 3986, appendix A; RFC 3987; RFC 6570), UUIDs and pointers.

UUID: RFC 4122, section 3. Pointers: RFC 6901 and draft-bhutton-relative-json-pointer-00.
The operators that RFC 6570 reserves for later are left out of templates.
"""

from __future__ import annotations

from typing import Final

from dllm_struct.languages.json_schema.scalars.formats.hosts import IPV6

_HEX = "[0-9A-Fa-f]"
UUID: Final = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"

_PERCENT = f"%{_HEX}{{2}}"
_PLAIN = "-0-9A-Za-z._~!$&'()*+,;="
_SCHEME = "[A-Za-z][0-9A-Za-z+.-]*"
# RFC 3987, section 2.2
_BEYOND = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"\\U{plane:04x}0000-\\U{plane:04x}fffd" for plane in range(1, 15)
).replace("\\U000e0000", "\\U000e1000")
_PRIVATE = "\ue000-\uf8ff\\U000f0000-\\U000ffffd\\U00100000-\\U0010fffd"


def _references(beyond: str, private: str) -> tuple[str, str]:
    """Identifiers with a scheme, and references with or without one."""
    pchar = f"(?:[{_PLAIN}:@{beyond}]|{_PERCENT})"
    no_colon = f"(?:[{_PLAIN}@{beyond}]|{_PERCENT})"
    host = rf"(?:\[(?:{IPV6}|[vV]{_HEX}+[.][{_PLAIN}:]+)\]|(?:[{_PLAIN}{beyond}]|{_PERCENT})*)"
    user = f"(?:[{_PLAIN}:{beyond}]|{_PERCENT})*@"
    segments = f"(?:/{pchar}*)*"
    rooted = f"//(?:{user})?{host}(?::[0-9]*)?{segments}|/(?:{pchar}+{segments})?"
    query = rf"(?:\?(?:{pchar}|[/?{private}])*)?"
    tail = f"{query}(?:#(?:{pchar}|[/?])*)?"
    absolute = f"{_SCHEME}:(?:{rooted}|{pchar}+{segments})?{tail}"
    relative = f"(?:{rooted}|{no_colon}+{segments})?{tail}"
    return absolute, f"(?:{absolute}|{relative})"


URI, URI_REFERENCE = _references("", "")
IRI, IRI_REFERENCE = _references(_BEYOND, _PRIVATE)

_PATH = f"(?:/(?:[-0-9A-Za-z._~]|{_PERCENT})*)*"
_WORDS = "[-0-9A-Za-z._~=&]*"
WRITTEN_URI: Final = (
    "(?:https?|ftp)://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{2,4})?"
    rf"{_PATH}(?:\?{_WORDS})?(?:#{_WORDS})?|urn:[a-z]{{2,9}}:[0-9A-Za-z:-]+|mailto:[a-z]+@[a-z]+"
)
WRITTEN_REFERENCE: Final = rf"{WRITTEN_URI}|{_PATH}(?:\?{_WORDS})?(?:#{_WORDS})?"

# RFC 6570, section 2, with the apostrophe of its erratum 6937
_LITERALS = rf"[!#$&-;=?-\[\]_a-z~{_BEYOND}{_PRIVATE}]"
_VARIABLE = f"(?:[0-9A-Za-z_]|{_PERCENT})"
_NAME = f"{_VARIABLE}(?:[.]?{_VARIABLE})*"
_SPECIFIED = rf"{_NAME}(?:\*|:[1-9][0-9]{{0,3}})?"
_EXPRESSION = rf"\{{[+#./;?&]?{_SPECIFIED}(?:,{_SPECIFIED})*\}}"
URI_TEMPLATE: Final = f"(?:{_LITERALS}|{_PERCENT}|{_EXPRESSION})*"
_TERM = r"\{[+#./;?&]?[a-z_]+(?:,[a-z_]+)*\}"
WRITTEN_URI_TEMPLATE: Final = f"(?:https?://[a-z]+(?:[.][a-z]+)*)?(?:/[a-z0-9-]*|/{_TERM}|{_TERM})*"

POINTER: Final = "(?:/(?:[^/~]|~[01])*)*"
RELATIVE_POINTER: Final = f"(?:0|[1-9][0-9]*)(?:#|{POINTER})"
_STEP = "/(?:[0-9A-Za-z_-]|~[01])*"
WRITTEN_POINTER: Final = f"(?:{_STEP})+"
WRITTEN_RELATIVE_POINTER: Final = f"(?:0|[1-9]{{1,3}})(?:#|(?:{_STEP})+)"
