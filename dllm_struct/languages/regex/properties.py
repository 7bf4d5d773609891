r"""Unicode properties for ``\p{...}``: general categories, scripts and binary properties.

The names and the nesting are those of ECMA-262 (``\p{L}``, ``\p{Script=Greek}``,
``\p{Alphabetic}``), the data those of the `regex` library. Upper and lower case, spaces, hyphens
and underscores in names do not matter, and ``\p{Greek}`` is short for ``\p{Script=Greek}``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import regex  # type: ignore[import-untyped]

from dllm_struct.languages.regex.charset import ANY, CharSet
from dllm_struct.languages.regex.python_chars import every_character

_VALUED: Final = {
    "generalcategory": "General_Category",
    "gc": "General_Category",
    "script": "Script",
    "sc": "Script",
    "scriptextensions": "Script_Extensions",
    "scx": "Script_Extensions",
}

# ECMA-262, table "Binary Unicode property aliases", as far as `regex` knows them
_BINARY_NAMES: Final = """
alpha alphabetic asciihexdigit ahex bidicontrol bidic bidimirrored bidim caseignorable ci cased
changeswhencasefolded cwcf changeswhencasemapped cwcm changeswhenlowercased cwl
changeswhentitlecased cwt changeswhenuppercased cwu dash defaultignorablecodepoint di
deprecated dep diacritic dia emoji emojicomponent emojimodifier emojimodifierbase
emojipresentation ecomp emod ebase epres extendedpictographic extpict extender ext graphemebase
grbase graphemeextend grext hexdigit hex idsbinaryoperator idsb idstrinaryoperator idst
idcontinue idc idstart ids ideographic ideo joincontrol joinc logicalorderexception loe
lowercase lower math noncharactercodepoint nchar patternsyntax patsyn patternwhitespace patws
quotationmark qmark radical regionalindicator ri sentenceterminal sterm softdotted sd
terminalpunctuation term unifiedideograph uideo uppercase upper variationselector vs whitespace
space xidcontinue xidc xidstart xids
"""
_BINARY: Final = frozenset(_BINARY_NAMES.split())
# Short names that mean something else to `regex`.
_LONG_NAMES: Final = {"idc": "ID_Continue", "vs": "Variation_Selector"}


@lru_cache(maxsize=256)
def unicode_property(name: str) -> CharSet | None:
    """The characters with a property, or None when there is no such property.

    Args:
        name: what stands between the braces: ``Lu``, ``Script=Greek``, ``gc=Letter``, ``Emoji``.
    """
    key, separator, value = name.partition("=")
    if separator:
        known = _VALUED.get(_loose(key))
        return None if known is None else _search(known, value)
    match _loose(name):
        case "any":
            return ANY
        case "ascii":
            return CharSet.of((0, 0x7F))
        case "assigned":
            unassigned = _search("General_Category", "Cn")
            return None if unassigned is None else ~unassigned
        case loose if loose in _BINARY:
            return _search("", _LONG_NAMES.get(loose, name))
    category = _search("General_Category", name)
    return _search("Script", name) if category is None else category


def _loose(name: str) -> str:
    return name.translate(str.maketrans("", "", " -_")).lower()


def _search(key: str, value: str) -> CharSet | None:
    if not value.replace("_", "").isalnum():
        return None
    spelled = f"{key}={value}" if key else value
    try:
        pattern = regex.compile(rf"\p{{{spelled}}}+")
    except regex.error:
        return None
    runs = pattern.finditer(every_character())
    return CharSet(tuple((run.start(), run.end() - 1) for run in runs))
