"""The verbs of quotes and contracts. Import from here."""

from quotes.services.call_offs import CallOff, CallOffRefusal, call_off, refused_call_offs
from quotes.services.contracts import activate_contract, close_contract, create_contract
from quotes.services.quotes import (
    accept_quote,
    acceptance_token,
    create_quote,
    decline_quote,
    expire_quotes,
    hash_token,
    lock_quotes,
    newest_version,
    revise_quote,
    save_quote,
    send_quote,
)

__all__ = [
    "CallOff",
    "CallOffRefusal",
    "accept_quote",
    "acceptance_token",
    "activate_contract",
    "call_off",
    "close_contract",
    "create_contract",
    "create_quote",
    "decline_quote",
    "expire_quotes",
    "hash_token",
    "lock_quotes",
    "newest_version",
    "refused_call_offs",
    "revise_quote",
    "save_quote",
    "send_quote",
]
