"""Verifying the audit chain: what was changed, added or removed behind the triggers, and where it was found first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, models, transaction

from core.audit.chain import FIRST, Deviation, Segment, block_digest, first_deviation, seal_rows
from core.audit.sealer import key_at, row_digests, sealed_columns, sealed_models
from core.models import SealedBlock, SealedSegment

MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where the tables and the chain disagree. ``key`` names the row, where there is one to name."""

    block: int
    table: str
    key: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A block's number and digest noted outside of the database: proves that the chain's end was not cut off."""

    number: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Read ``12:ab34...`` as ``verify_chain`` prints it."""
        number, _, digest = text.partition(":")
        return cls(int(number), digest)


@dataclass(slots=True)
class ChainReport:
    """What a verification found: how much it read, and every disagreement up to a bound."""

    blocks: int = 0
    rows: int = 0
    head: Anchor | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was changed since it was sealed."""
        return not self.problems


def verify_chain(*, from_block: int = 1, anchor: Anchor | None = None) -> ChainReport:
    """Hold every table against the chain, in one snapshot. ``from_block`` trusts what comes before it.

    Reads all sealed rows; some seconds for a million. Writes nothing.
    """
    report = ChainReport()
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            _one_snapshot()
        for block, problems in _walk(from_block):
            report.blocks += 1
            report.rows += block.row_count
            report.head = Anchor(block.number, bytes(block.digest).hex())
            report.problems.extend(problems)
            if len(report.problems) >= MOST_PROBLEMS:
                break
        if anchor is not None:
            report.problems.extend(_against_anchor(anchor))
    return report


def _one_snapshot() -> None:
    """Read one state of the database throughout, so that rows sealed meanwhile are no surprise."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _walk(from_block: int) -> Iterator[tuple[SealedBlock, list[Problem]]]:
    before = SealedBlock.objects.filter(number=from_block - 1).first()
    previous, until, number = FIRST, 0, from_block - 1
    if before is not None:
        previous, until = bytes(before.digest), before.until_txid
    for block in SealedBlock.objects.filter(number__gte=from_block).order_by("number").iterator(chunk_size=100):
        segments = {segment.table: segment for segment in SealedSegment.objects.filter(block=block)}
        problems = _link_problems(block, segments, previous, until, number)
        for model in sealed_models():
            problems.extend(_segment_problems(block, model, segments.pop(model._meta.db_table, None)))
        problems.extend(
            Problem(block.number, table, None, f"Block {block.number} seals {table}, which is not there any more.")
            for table in segments
        )
        yield block, problems
        previous, until, number = bytes(block.digest), block.until_txid, block.number


def _link_problems(
    block: SealedBlock, segments: dict[str, SealedSegment], previous: bytes, until: int, number: int
) -> list[Problem]:
    """Whether the block follows the one before it, and its digest is that of what it says."""
    told = [_as_told(segment) for segment in segments.values()]
    digest = block_digest(bytes(block.previous_digest), block.number, block.from_txid, block.until_txid, told)
    faults = []
    if block.number != number + 1 or block.from_txid != until:
        faults.append(f"Before block {block.number} a block is missing.")
    if bytes(block.previous_digest) != previous:
        faults.append(f"Block {block.number} does not continue the block before it.")
    if digest != bytes(block.digest):
        faults.append(f"Block {block.number} was changed: its digest is not that of its contents.")
    return [Problem(block.number, SealedBlock._meta.db_table, block.pk, fault) for fault in faults]


def _as_told(segment: SealedSegment) -> Segment:
    return Segment(
        segment.table, tuple(segment.columns), segment.row_count, bytes(segment.digest), bytes(segment.marks)
    )


def _segment_problems(block: SealedBlock, model: type[models.Model], sealed: SealedSegment | None) -> list[Problem]:
    """Whether the table still has, of these transactions, exactly the rows that were sealed."""
    table, window = model._meta.db_table, (block.from_txid, block.until_txid)
    columns = list(sealed.columns) if sealed else sealed_columns(model)
    if set(columns) - set(sealed_columns(model)):
        return [Problem(block.number, table, None, f"{table} has lost columns that block {block.number} seals.")]
    digests = row_digests(model, columns, *window)
    if seal_rows(table, columns, digests).digest == (bytes(sealed.digest) if sealed else None) or not (
        sealed or digests
    ):
        return []
    found = first_deviation(bytes(sealed.marks) if sealed else b"", digests)
    if found is None:  # the marks agree and the digest does not: the segment's own row was changed
        return [Problem(block.number, table, None, f"Block {block.number} gives a wrong digest of {table}.")]
    return [_name(block, model, found)]


def _name(block: SealedBlock, model: type[models.Model], found: Deviation) -> Problem:
    table = model._meta.db_table
    here = key_at(model, found.position, block.from_txid, block.until_txid)
    before = key_at(model, found.position - 1, block.from_txid, block.until_txid) if found.position else None
    where = f"after row {before}" if before is not None else "at its beginning"
    sentence = {
        "changed": f"{table} row {here} is not as it was sealed in block {block.number}.",
        "added": f"{table} has row {here}, which block {block.number} does not know.",
        "removed": f"{table} has lost a row {where} that block {block.number} seals.",
    }[found.kind]
    return Problem(block.number, table, before if found.kind == "removed" else here, sentence)


def _against_anchor(anchor: Anchor) -> list[Problem]:
    block = SealedBlock.objects.filter(number=anchor.number).first()
    if block is not None and bytes(block.digest).hex() == anchor.digest:
        return []
    table = SealedBlock._meta.db_table
    return [Problem(anchor.number, table, None, f"Block {anchor.number} is not the one that was noted outside.")]
