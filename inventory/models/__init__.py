from inventory.models.commitments import Commitment, Peg
from inventory.models.stock import (
    BinMovement,
    BinStock,
    StockAdjustment,
    StockAdjustmentLine,
    StockBucket,
    StockMovement,
)
from inventory.models.supply import (
    ReceiptMovement,
    ReceiptTotal,
    SupplyLine,
    SupplyOrder,
    SupplyReceipt,
    SupplyReceiptLine,
)
from inventory.models.warehouses import Bin, TransitTime, Warehouse

__all__ = [
    "Bin",
    "BinMovement",
    "BinStock",
    "Commitment",
    "Peg",
    "ReceiptMovement",
    "ReceiptTotal",
    "StockAdjustment",
    "StockAdjustmentLine",
    "StockBucket",
    "StockMovement",
    "SupplyLine",
    "SupplyOrder",
    "SupplyReceipt",
    "SupplyReceiptLine",
    "TransitTime",
    "Warehouse",
]
