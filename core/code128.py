"""Code 128 (set B) as an inline SVG of one path: nothing to fetch, any printer resolution. Source: ISO/IEC 15417.

Bar width is a whole number of printer dots, so callers give the module in millimetres (0.254 or 0.339 at 600 dpi).
"""

from decimal import Decimal

from markupsafe import Markup

# The widths of bars and gaps of each value, 0 to 105, then the stop. Eleven modules each, the stop thirteen.
_PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222"
    " 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321"
    " 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121"
    " 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224"
    " 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111"
    " 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113"
    " 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_WIDTHS = _PATTERNS.split()
_START_B, _STOP = 104, 106
_FIRST, _LAST = 32, 126  # the characters of set B that people can type

WIDE, NARROW = Decimal("0.3387"), Decimal("0.254")  # mm per module


def can_encode(text: str) -> bool:
    """Whether the text has only characters of set B."""
    return bool(text) and all(_FIRST <= ord(character) <= _LAST for character in text)


def values(text: str) -> list[int]:
    """Start, characters, checksum, stop. Raises ValueError for a character that the set lacks."""
    if not can_encode(text):
        raise ValueError(f"{text!r} cannot be written in Code 128 set B")
    data = [ord(character) - _FIRST for character in text]
    checksum = (_START_B + sum(place * value for place, value in enumerate(data, 1))) % 103
    return [_START_B, *data, checksum, _STOP]


def modules(text: str) -> int:
    """How many modules wide the symbol is, without its quiet zones."""
    return sum(int(width) for value in values(text) for width in _WIDTHS[value])


def svg(text: str, *, module_mm: Decimal = NARROW, height_mm: Decimal = Decimal(11)) -> Markup:
    """The symbol at its size in millimetres; the quiet zone of ten modules at each side is the caller's margin."""
    width = modules(text)
    height = (height_mm / module_mm).quantize(Decimal("0.01"))
    bars, at = [], 0
    for value in values(text):
        for index, digit in enumerate(_WIDTHS[value]):
            if index % 2 == 0:
                bars.append(f"M{at} 0h{digit}v{height}h-{digit}z")
            at += int(digit)
    return Markup(
        '<svg width="{}mm" height="{}mm" viewBox="0 0 {} {}" role="img" aria-label="Code 128: {}"><path d="{}"/></svg>'
    ).format((width * module_mm).quantize(Decimal("0.001")), height_mm, width, height, text, "".join(bars))
