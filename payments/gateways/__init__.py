"""Connected payment providers by name, and the contract that each of them keeps."""

from payments.errors import UnknownGateway
from payments.gateways.contract import Gateway, PaymentRequest, ProviderMessage, ProviderPayment
from payments.gateways.local import LocalGateway

_gateways: dict[str, Gateway] = {LocalGateway.name: LocalGateway()}


def gateway(name: str) -> Gateway:
    """The provider of this name. Raises UnknownGateway."""
    found = _gateways.get(name)
    if found is None:
        raise UnknownGateway("No payment provider of this name is connected.")
    return found


__all__ = ["Gateway", "LocalGateway", "PaymentRequest", "ProviderMessage", "ProviderPayment", "gateway"]
