"""What one YAML scalar means: nothing, a truth value, a number, or the text as it is written.

Dates, clock-like numbers (`1:30`), infinities and whole numbers of more than 18 digits stay text, so that no value is
changed or expanded on the way in.
"""

import re

Scalar = None | bool | int | float | str

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_BASED = re.compile(r"0o?[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_DECIMAL = re.compile(r"[-+]?(?=[0-9]*[.eE])([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?")
STANDARD_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))


def plain(text: str) -> Scalar:
    """Return what an unquoted scalar means."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        digits = text.replace("o", "")
        return int(digits, 16 if "x" in digits else 8)
    return float(text) if _DECIMAL.fullmatch(text) else text
