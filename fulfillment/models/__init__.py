from fulfillment.models.deliveries import Delivery, DeliveryLine, Package, PackageLine, PickScan
from fulfillment.models.returns import Return, ReturnLine

__all__ = ["Delivery", "DeliveryLine", "Package", "PackageLine", "PickScan", "Return", "ReturnLine"]
