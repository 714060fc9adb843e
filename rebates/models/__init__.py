from rebates.models.agreements import RebateAgreement, RebateMovement, RebateSettlement, RebateTier, RebateTotal

__all__ = ["RebateAgreement", "RebateMovement", "RebateSettlement", "RebateTier", "RebateTotal"]
