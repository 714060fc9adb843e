"""Sealing what the append-only tables gained: every minute a block that names them all, chained to the one before.

Rows are taken by the id of the transaction that wrote them, up to the oldest one that is still running: a transaction
that commits late is never skipped. What is not sealed yet (the last minute) is not protected yet.
"""

from django.db import connection, models, transaction

from core import bulk
from core.append_only import append_only_models
from core.audit.chain import DIGEST_BYTES, FIRST, Segment, block_digest, seal_rows
from core.models import SealedBlock, SealedSegment

ONE_SEALER = 7_305_001  # key of the advisory lock under which blocks are written
MOST_TRANSACTIONS = 1_000  # per block: bounds memory where a long import is sealed afterwards


class ChainBehindError(RuntimeError):
    """The cluster counts its transactions below the last sealed one: it was loaded from a dump (docs/audit.md)."""


def sealed_models() -> list[type[models.Model]]:
    """Every append-only model but the chain itself."""
    return [model for model in append_only_models() if model not in (SealedBlock, SealedSegment)]


def seal() -> int:
    """Seal everything that is finished and not sealed, in as many blocks as it takes; returns how many were written.

    Does nothing while another sealer is at work. Opens its own transactions. Raises ChainBehindError.
    """
    written = 0
    while _seal_next():
        written += 1
    return written


def _seal_next() -> bool:
    with transaction.atomic(durable=True):
        if not _alone():
            return False
        last = SealedBlock.objects.order_by("-number").first()
        window = _window(last.until_txid if last else 0)
        if window is None:
            return False
        _write_block(last, *window)
        return True


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_SEALER])
        return bool(cursor.fetchone()[0])


def _window(begin: int) -> tuple[int, int] | None:
    """The next range of finished transactions that wrote something; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = int(cursor.fetchone()[0])
        if horizon < begin:
            raise ChainBehindError(f"Transaction {horizon} runs after {begin - 1} was sealed; see docs/audit.md.")
        writers = " UNION ".join(
            f'SELECT txid FROM "{model._meta.db_table}" WHERE txid >= %(begin)s AND txid < %(horizon)s'  # noqa: S608
            for model in sealed_models()
        )
        cursor.execute(
            f"SELECT max(txid) FROM (SELECT txid FROM ({writers}) w ORDER BY txid LIMIT %(most)s) first_ones",  # noqa: S608
            {"begin": begin, "horizon": horizon, "most": MOST_TRANSACTIONS},
        )
        final = cursor.fetchone()[0]
    return None if final is None else (begin, final + 1)


def _write_block(last: SealedBlock | None, from_txid: int, until_txid: int) -> None:
    segments = [
        seal_rows(model._meta.db_table, columns, digests)
        for model in sealed_models()
        if (digests := row_digests(model, columns := sealed_columns(model), from_txid, until_txid))
    ]
    number = last.number + 1 if last else 1
    previous = bytes(last.digest) if last else FIRST
    block = SealedBlock.objects.create(
        number=number,
        from_txid=from_txid,
        until_txid=until_txid,
        row_count=sum(segment.row_count for segment in segments),
        previous_digest=previous,
        digest=block_digest(previous, number, from_txid, until_txid, segments),
    )
    _write_segments(block, segments)


def _write_segments(block: SealedBlock, segments: list[Segment]) -> None:
    bulk.insert(
        SealedSegment,
        {
            "table": [segment.table for segment in segments],
            "columns": [list(segment.columns) for segment in segments],
            "row_count": [segment.row_count for segment in segments],
            "digest": [segment.digest for segment in segments],
            "marks": [segment.marks for segment in segments],
        },
        same={"block_id": block.pk},
    )


def sealed_columns(model: type[models.Model]) -> list[str]:
    """What is hashed of a row: every stored column, by name."""
    return sorted(field.column for field in model._meta.local_concrete_fields if field.column)


def row_digests(model: type[models.Model], columns: list[str], from_txid: int, until_txid: int) -> list[bytes]:
    """The SHA-256 of each row that these transactions wrote, in key order. Two statements.

    The text of a row depends on settings of the session, so they are fixed first.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),"
            " set_config('intervalstyle', 'postgres', true), set_config('bytea_output', 'hex', true),"
            " set_config('extra_float_digits', '1', true)"
        )
        cursor.execute(
            f"SELECT string_agg(sha256(convert_to(ROW({names})::text, 'UTF8')), ''::bytea ORDER BY \"{_key(model)}\")"  # noqa: S608
            f' FROM "{model._meta.db_table}" WHERE txid >= %s AND txid < %s',
            [from_txid, until_txid],
        )
        joined = bytes(cursor.fetchone()[0] or b"")
    return [joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)]


def key_at(model: type[models.Model], position: int, from_txid: int, until_txid: int) -> int | None:
    """The key of the row at this place of a segment, to name it; None behind the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{_key(model)}" FROM "{model._meta.db_table}" WHERE txid >= %s AND txid < %s'  # noqa: S608
            f' ORDER BY "{_key(model)}" OFFSET %s LIMIT 1',
            [from_txid, until_txid, position],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _key(model: type[models.Model]) -> str:
    assert model._meta.pk is not None
    return str(model._meta.pk.column)
