from payments.models.payments import Payment, ProviderEvent
from payments.models.simulator import SimulatedCall, SimulatedPayment

__all__ = ["Payment", "ProviderEvent", "SimulatedCall", "SimulatedPayment"]
