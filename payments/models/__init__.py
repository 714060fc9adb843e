from payments.models.payments import Payment, ProviderEvent

__all__ = ["Payment", "ProviderEvent"]
