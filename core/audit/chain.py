"""The arithmetic of the audit chain: digests of rows, tables and blocks. Pure; what it reads it is given.

A row's digest is the SHA-256 of its text in PostgreSQL. A segment's digest covers its table, its columns, the digests
of its rows in key order and their marks; a block's digest covers the block before it, its range of transactions and
its segments.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

MARK_BYTES = 8  # enough to find a row; whether anything was changed is decided by the full digest
DIGEST_BYTES = 32
FIRST = b"\0" * DIGEST_BYTES  # what the first block names as the one before


@dataclass(frozen=True, slots=True)
class Segment:
    """One table's part of a block, as it is sealed."""

    table: str
    columns: tuple[str, ...]
    row_count: int
    digest: bytes
    marks: bytes


def seal_rows(table: str, columns: Sequence[str], digests: Sequence[bytes]) -> Segment:
    """Make the segment of these rows, given in key order."""
    marks = b"".join(digest[:MARK_BYTES] for digest in digests)
    whole = hashlib.sha256(json.dumps([table, *columns]).encode())
    for digest in digests:
        whole.update(digest)
    whole.update(marks)
    return Segment(table, tuple(columns), len(digests), whole.digest(), marks)


def block_digest(previous: bytes, number: int, from_txid: int, until_txid: int, segments: Sequence[Segment]) -> bytes:
    """Chain a block to the one before it."""
    whole = hashlib.sha256(previous)
    whole.update(f"{number}:{from_txid}:{until_txid}".encode())
    for segment in sorted(segments, key=lambda each: each.table):
        whole.update(segment.digest)
        whole.update(segment.row_count.to_bytes(8, "big"))
        whole.update(hashlib.sha256(segment.marks).digest())
    return whole.digest()


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a table departs from what was sealed: at this position something was changed, added or removed."""

    position: int
    kind: str  # "changed", "added" or "removed"


def first_deviation(sealed_marks: bytes, digests: Sequence[bytes]) -> Deviation | None:
    """The first row that is not as it was sealed, by comparing marks in key order; None when all marks agree."""
    sealed = [sealed_marks[at : at + MARK_BYTES] for at in range(0, len(sealed_marks), MARK_BYTES)]
    found = [digest[:MARK_BYTES] for digest in digests]
    position = next(
        (at for at, (one, other) in enumerate(zip(sealed, found, strict=False)) if one != other),
        min(len(sealed), len(found)),
    )
    if position == len(sealed) == len(found):
        return None
    if len(found) > len(sealed):
        return Deviation(position, "added")
    return Deviation(position, "removed" if len(found) < len(sealed) else "changed")
