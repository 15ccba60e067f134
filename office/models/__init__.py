"""The tables of the office."""

from office.models.approvals import ApprovalRequest, ApprovalRule, ApprovalState, RoleLimit, limit_of
from office.models.audit import AuditHead, AuditLink, AuditRecord, AuditSeal
from office.models.company import BankAccount, Company, Logo, OffDays
from office.models.copies import Backup, RestoredCopy
from office.models.deputies import Deputy
from office.models.doors import ApiToken, IdempotentAnswer
from office.models.face import FacePlace, FaceText
from office.models.imports import ImportMapping
from office.models.jobs import Job
from office.models.log_ins import FactorRule, LinkPurpose, LogIn, LogInLink
from office.models.mail import MailStatus, OutgoingMail
from office.models.mail_texts import MailText
from office.models.numbers import NumberPattern, NumberSeries
from office.models.own_days import OwnDay
from office.models.policies import PolicyVersion
from office.models.rates import ExchangeRate
from office.models.retention import OwnTerm
from office.models.roles import OwnRole, RoleChange
from office.models.runs import Run, RunStatus
from office.models.staff import User
from office.models.talk import Comment, Department, Task, TaskKind
from office.models.teams import Team
from office.models.unusual import UnusualDay, UnusualKind
from office.models.views import (
    FileFormat,
    KeptFile,
    KeptFilePart,
    Rhythm,
    SavedView,
    ViewSchedule,
    ViewSending,
    WeekDay,
)
from office.models.webhooks import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "ApiToken",
    "ApprovalRequest",
    "ApprovalRule",
    "ApprovalState",
    "AuditHead",
    "AuditLink",
    "AuditRecord",
    "AuditSeal",
    "Backup",
    "BankAccount",
    "Comment",
    "Company",
    "DeliveryState",
    "Department",
    "Deputy",
    "ExchangeRate",
    "FacePlace",
    "FaceText",
    "FactorRule",
    "FileFormat",
    "IdempotentAnswer",
    "ImportMapping",
    "Job",
    "KeptFile",
    "KeptFilePart",
    "LinkPurpose",
    "LogIn",
    "LogInLink",
    "Logo",
    "MailStatus",
    "MailText",
    "NumberPattern",
    "NumberSeries",
    "OffDays",
    "OutgoingMail",
    "OwnDay",
    "OwnRole",
    "OwnTerm",
    "PolicyVersion",
    "RestoredCopy",
    "Rhythm",
    "RoleChange",
    "RoleLimit",
    "Run",
    "RunStatus",
    "SavedView",
    "Task",
    "TaskKind",
    "Team",
    "UnusualDay",
    "UnusualKind",
    "User",
    "ViewSchedule",
    "ViewSending",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WeekDay",
    "limit_of",
]
