"""The verbs of quotes and contracts. Import from here."""

from quotes.services.call_offs import CallOff, CallOffRefusal, call_off, refused_call_offs

__all__ = ["CallOff", "CallOffRefusal", "call_off", "refused_call_offs"]
