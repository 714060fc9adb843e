"""Waiting until every transaction that is older than now has ended, in whatever database of the cluster.

The sealer seals only below the horizon of the whole cluster, and the other workers of a parallel run keep it back with
their open transactions; in production the next run of the sealer takes what this one left.
"""

import time

from django.db import connection

PATIENCE_S = 120.0


def wait_for_horizon() -> None:
    """Return once what was committed until now lies below the horizon.

    Needs autocommit: an open transaction is the horizon.
    """
    assert not connection.in_atomic_block
    deadline = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        now = cursor.fetchone()[0]
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] > now:
                return
            time.sleep(0.05)
    raise AssertionError("another transaction has been open for two minutes")
