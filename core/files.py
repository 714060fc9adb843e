"""Files that people put beside documents: known by their content, never by their name, and only of kinds that can be
checked.

What a browser could run is refused: markup, scripts, programs, macros. There is no scan for viruses here: a file is
never opened by the server, and is handed out for saving only.
"""

import hashlib
import re
import warnings
import zipfile
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from core.errors import DomainError

LONGEST_NAME = 120
MOST_PARTS, MOST_UNPACKED = 2_000, 200 * 1024 * 1024  # of a workbook or a text document
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_DIRECTORY_END_BYTES = 22
_RUNS_IN_PDF = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")
_MARKUP = re.compile(r"<\s*(script|svg|html|iframe|object|embed|body|head)\b", re.IGNORECASE)
_STARTS = ("<", "#!", "@echo", "{\\rtf")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_UNNAMEABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ACTIVE = ("vbaproject", "activex", "macrosheets", "/embeddings/", "externallinks")
_OFFICE = {
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
}
KINDS = "PDF, PNG, JPEG, TXT, CSV, XLSX, DOCX"


class FileRefused(DomainError):
    """This file is not kept: its kind, its size or what is inside."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class _Kind:
    media_type: str
    endings: tuple[str, ...]
    word: str


@dataclass(frozen=True)
class Content:
    """The bytes of a file. Logs and idempotency keys know them by their digest (``core.codec``)."""

    data: bytes

    @cached_property
    def sha256(self) -> str:
        """What the bytes are known by."""
        return hashlib.sha256(self.data).hexdigest()


def kept_name(name: str) -> str:
    """The last part of a file's name as it may be shown. Raises FileRefused for one that cannot be."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    if not last or len(last) > LONGEST_NAME or _UNNAMEABLE.search(last):
        raise _refused(f"The file needs a name of at most {LONGEST_NAME} letters that can all be shown.")
    return last


def media_type_of(name: str, data: bytes) -> str:
    """What the file is by its content; its name must not say otherwise. Raises FileRefused with the sentence."""
    most = settings.KEPT_FILE_MOST_BYTES
    if not data.strip():
        raise _refused("This file is empty.")
    if len(data) > most:
        raise _refused(f"This file is larger than {most // 2**20} MB.")
    kind = _kind_of(name, data)
    if name.lower().rpartition(".")[2] not in kind.endings:
        raise _refused(f"By its content this is {kind.word}: its name must end in .{kind.endings[0]}.")
    return kind.media_type


def _kind_of(name: str, data: bytes) -> _Kind:
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _picture(data, "PNG", _Kind("image/png", ("png",), "a PNG picture"))
    if data.startswith(b"\xff\xd8\xff"):
        return _picture(data, "JPEG", _Kind("image/jpeg", ("jpg", "jpeg"), "a JPEG picture"))
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    return _text(name, data)


def _pdf(data: bytes) -> _Kind:
    if b"%%EOF" not in data[-1024:]:
        raise _refused("This PDF is cut off.")
    if _RUNS_IN_PDF.search(data):
        raise _refused("This PDF holds a script or starts programs. Print it to a plain PDF first.")
    return _Kind("application/pdf", ("pdf",), "a PDF")


def _picture(data: bytes, form: str, kind: _Kind) -> _Kind:
    """Look at the head and the end of a picture; it is not unpacked here."""
    most = settings.KEPT_PICTURE_MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=[form])
            width, height = picture.size
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise _refused("This picture cannot be read.") from error
    if width * height > most:
        raise _refused(f"This picture has more than {most // 1_000_000} million pixels. Make it smaller.")
    whole = data.endswith(_PNG_END) if form == "PNG" else data.rstrip(b"\0").endswith(b"\xff\xd9")
    if not whole:
        raise _refused("This picture is cut off, or something else stands behind it. Save it anew.")
    return kind


def _office(data: bytes) -> _Kind:
    """A workbook or a text document without macros, embedded objects and links to elsewhere."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            _require_plain(archive, parts, data)
            kinds = [kind for path, kind in _OFFICE.items() if any(part.filename == path for part in parts)]
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise _refused("This file cannot be read.") from error
    if len(kinds) != 1:
        raise _refused(f"Archives are not kept. Add {KINDS} one by one.")
    media_type, ending = kinds[0]
    return _Kind(media_type, (ending,), f"{ending.upper()}")


def _require_plain(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], data: bytes) -> None:
    names = [part.filename.lower() for part in parts]
    if archive.comment or data[-_DIRECTORY_END_BYTES:-18] != b"PK\x05\x06" or any(part.flag_bits & 1 for part in parts):
        raise _refused("This file is protected, or something else stands behind it. Save it anew without a password.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused("This file unpacks to far more than it is. It is not kept.")
    if any(word in name for name in names for word in _ACTIVE) or _names_macros(archive, names):
        raise _refused("This file holds macros, embedded objects or links to other files. Save it without them.")
    if any(name.startswith("/") or ".." in name for name in names):
        raise _refused("This file cannot be read.")


def _names_macros(archive: zipfile.ZipFile, names: list[str]) -> bool:
    if "[content_types].xml" not in names:
        return False
    with archive.open("[Content_Types].xml") as types:
        return b"macroenabled" in types.read(1024 * 1024).lower()


def _text(name: str, data: bytes) -> _Kind:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"Only {KINDS} are kept; text must be in UTF-8.") from error
    if _CONTROLS.search(text):
        raise _refused(f"Only {KINDS} are kept, and this is none of them.")
    if text.lstrip().lower().startswith(_STARTS) or _MARKUP.search(text):
        raise _refused("Markup and scripts are not kept. Send a PDF or a picture of it.")
    if name.lower().endswith(".csv"):
        return _Kind("text/csv", ("csv",), "text")
    return _Kind("text/plain", ("txt",), "text")


def _refused(sentence: str) -> FileRefused:
    return FileRefused(sentence, fields={"file": sentence})
