from core.models.access import Company, CompanyMembership, Rights, RoleRight, User, UserRole
from core.models.api import ApiKey
from core.models.audit import CommandLog, IdempotencyKey, SealedBlock, SealedSegment
from core.models.documents import Document, DocumentEvent, DocumentFile, DocumentLink, NumberSeries
from core.models.fx import FxRate
from core.models.ledgers import GuardedTotal, LedgerMovement
from core.models.people import Invitation, Visit
from core.models.views import SavedView, ViewChoice
from core.models.work import ExceptionCase, Job, JobFilePart, JobRow, OutboxMessage

__all__ = [
    "ApiKey",
    "CommandLog",
    "Company",
    "CompanyMembership",
    "Document",
    "DocumentEvent",
    "DocumentFile",
    "DocumentLink",
    "ExceptionCase",
    "FxRate",
    "GuardedTotal",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "JobFilePart",
    "JobRow",
    "LedgerMovement",
    "NumberSeries",
    "OutboxMessage",
    "Rights",
    "RoleRight",
    "SavedView",
    "SealedBlock",
    "SealedSegment",
    "User",
    "UserRole",
    "ViewChoice",
    "Visit",
]
