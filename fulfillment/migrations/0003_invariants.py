"""The invariants of fulfilment as views: a row per offence, none when healthy."""

from django.db import migrations

# A kit's own line counts full sets of its parts (rounded down over the least); every other goods line counts itself.
SHIPPED = """
CREATE VIEW fulfillment_i4_shipped AS
WITH sent AS (SELECT order_line_id, sum(shipped) AS shipped FROM fulfillment_deliveryline GROUP BY order_line_id),
sets AS (
    SELECT c.parent_id AS order_line_id, min(floor(c.shipped * k.ordered / c.ordered)) AS shipped
    FROM orders_orderline c JOIN orders_orderline k ON k.id = c.parent_id
    WHERE c.ordered > 0 GROUP BY c.parent_id
)
SELECT l.order_id, l.id AS order_line_id, l.shipped AS counted,
       coalesce(CASE WHEN l.product_kind = 'kit' THEN k.shipped ELSE s.shipped END, 0) AS recounted
FROM orders_orderline l
LEFT JOIN sent s ON s.order_line_id = l.id
LEFT JOIN sets k ON k.order_line_id = l.id
WHERE l.shipped <> coalesce(CASE WHEN l.product_kind = 'kit' THEN k.shipped ELSE s.shipped END, 0)
"""

RETURNED = """
CREATE VIEW fulfillment_i4_returned AS
WITH back AS (
    SELECT d.id AS delivery_line_id, d.order_line_id, sum(r.received) AS received
    FROM fulfillment_returnline r JOIN fulfillment_deliveryline d ON d.id = r.delivery_line_id
    GROUP BY d.id, d.order_line_id
)
SELECT 'delivery line' AS line, d.id, d.returned AS counted, coalesce(b.received, 0) AS recounted
FROM fulfillment_deliveryline d LEFT JOIN back b ON b.delivery_line_id = d.id
WHERE d.returned <> coalesce(b.received, 0) OR d.returned > d.shipped
UNION ALL
SELECT 'order line', l.id, l.returned, coalesce(b.received, 0)
FROM orders_orderline l
LEFT JOIN (SELECT order_line_id, sum(received) AS received FROM back GROUP BY order_line_id) b ON b.order_line_id = l.id
WHERE l.product_kind <> 'kit' AND l.returned <> coalesce(b.received, 0)
"""

# A line that is picked short gave its rest back; a line that left or was cancelled keeps nothing busy.
SCHEDULE_LINES = """
CREATE VIEW fulfillment_i4_schedule_lines AS
SELECT s.id AS schedule_line_id, s.order_line_id, s.shipped, coalesce(f.shipped, 0) AS shipped_recounted,
       s.delivering, coalesce(f.delivering, 0) AS delivering_recounted
FROM orders_scheduleline s
LEFT JOIN (
    SELECT l.schedule_line_id, sum(l.shipped) AS shipped,
           sum(CASE WHEN l.is_picked THEN least(l.picked, l.quantity) ELSE l.quantity END)
               FILTER (WHERE d.status NOT IN ('shipped', 'cancelled')) AS delivering
    FROM fulfillment_deliveryline l JOIN fulfillment_delivery d ON d.id = l.delivery_id
    GROUP BY l.schedule_line_id
) f ON f.schedule_line_id = s.id
WHERE s.shipped <> coalesce(f.shipped, 0) OR s.delivering <> coalesce(f.delivering, 0)
"""

GOODS_ISSUES = """
CREATE VIEW fulfillment_i3_goods_issues AS
SELECT l.id AS delivery_line_id, l.delivery_id, l.shipped, -coalesce(m.on_hand, 0) AS moved, l.cost,
       -coalesce(m.value, 0) AS moved_value
FROM fulfillment_deliveryline l
LEFT JOIN (
    SELECT source_id, sum(on_hand) AS on_hand, sum(value) AS value FROM inventory_stockmovement
    WHERE source_type = 'delivery_line' AND purpose = 'issue' GROUP BY source_id
) m ON m.source_id = l.id
WHERE l.shipped <> -coalesce(m.on_hand, 0) OR l.cost <> -coalesce(m.value, 0)
"""

PACKAGES = """
CREATE VIEW fulfillment_i4_packages AS
SELECT l.id AS delivery_line_id, l.delivery_id, l.picked, coalesce(p.packed, 0) AS packed
FROM fulfillment_deliveryline l
LEFT JOIN (SELECT delivery_line_id, sum(quantity) AS packed FROM fulfillment_packageline GROUP BY delivery_line_id) p
  ON p.delivery_line_id = l.id
WHERE EXISTS (SELECT FROM fulfillment_package b WHERE b.delivery_id = l.delivery_id)
  AND l.picked <> coalesce(p.packed, 0)
"""

VIEWS = {
    "fulfillment_i4_shipped": SHIPPED,
    "fulfillment_i4_returned": RETURNED,
    "fulfillment_i4_schedule_lines": SCHEDULE_LINES,
    "fulfillment_i3_goods_issues": GOODS_ISSUES,
    "fulfillment_i4_packages": PACKAGES,
}


class Migration(migrations.Migration):
    dependencies = [
        ("fulfillment", "0002_number_sequences"),
        ("inventory", "0001_initial"),
        ("orders", "0001_initial"),
    ]

    operations = [migrations.RunSQL(create, f"DROP VIEW {name}") for name, create in VIEWS.items()]
