from core.models.access import Company, CompanyMembership, Rights, RoleRight, User, UserRole
from core.models.api import ApiKey
from core.models.audit import CommandLog, IdempotencyKey, SealedBlock, SealedSegment
from core.models.documents import Document, DocumentEvent, DocumentLink, NumberSeries
from core.models.fx import FxRate
from core.models.ledgers import GuardedTotal, LedgerMovement
from core.models.people import Invitation, Visit
from core.models.work import ExceptionCase, Job, OutboxMessage

__all__ = [
    "ApiKey",
    "CommandLog",
    "Company",
    "CompanyMembership",
    "Document",
    "DocumentEvent",
    "DocumentLink",
    "ExceptionCase",
    "FxRate",
    "GuardedTotal",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "LedgerMovement",
    "NumberSeries",
    "OutboxMessage",
    "Rights",
    "RoleRight",
    "SealedBlock",
    "SealedSegment",
    "User",
    "UserRole",
    "Visit",
]
