"""Settings. Whatever differs by deployment comes from the environment; README has the table."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

from office.languages import LANGUAGES as LANGUAGE_NAMES

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
SITE_URL = env("SITE_URL", default="http://localhost:8000")
"""Where customers reach this office; every link in a mail is built from it, never from a request's headers."""
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
LOOKUP_KEY = env("LOOKUP_KEY", default="")
"""What seals customers' account numbers, the newest key first, and what finds them; empty: made of SECRET_KEY."""
AUDIT_SEAL_KEY = env("AUDIT_SEAL_KEY", default="")
"""What each day of the audit trail is sealed with; empty: made of SECRET_KEY."""
BACKUP_KEY = env("BACKUP_KEY", default="")
"""What backups are sealed with; empty: they are not."""
DEMO = env.bool("DEMO", default=False)
TEST_PROVIDER = env.bool("TEST_PROVIDER", default=DEMO)
"""Whether customers may pay with the built-in provider that takes no money."""
STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API = env("STRIPE_API", default="")
"""Another address than Stripe's own, for trials."""
CHECKOUT_PAGES = ["https://checkout.stripe.com"] if STRIPE_SECRET_KEY else []
"""A demo install shows its log-ins on the log-in page."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",  # allauth.mfa stands on it; none of its pages has an address here
    "allauth.mfa",
    "ledger",
    "office",
    "customers",
    "billing",
    "payments",
    "credit_control",
    "reports",
    "config",
]

MIDDLEWARE = [
    "config.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "office.web.middleware.KeptByNobody",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "office.web.sessions.WatchedSessions",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "office.web.middleware.CurrentCompany",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "office.web.context.page",
            ],
            "libraries": {"ui": "office.templatetags.ui"},
            "builtins": [
                "office.templatetags.ui",
                "office.templatetags.charts",
                "office.templatetags.talk",
                "django.templatetags.i18n",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default=env("DATABASE_URL"))
"""Migrations run as this role. The web and the workers log in by DATABASE_URL, which owns no table."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "office.User"
AUTHENTICATION_BACKENDS = ["office.web.backends.StaffBackend"]
LOGIN_URL = "office:log_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "office:log_in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
OIDC_ISSUER = env("OIDC_ISSUER", default="")
"""The company's own provider of log-ins (OpenID Connect); empty: none."""
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", default="")
SAML_METADATA = env("SAML_METADATA", default="")
"""A file with the metadata of the company's own provider by SAML 2.0; empty: none."""
OIDC_NAME = env("OIDC_NAME", default="single sign-on")
"""What the button of either says."""
BREACHED_PASSWORDS = env("BREACHED_PASSWORDS", default="")
"""A file of stolen passwords, as "Pwned Passwords" has them; empty: only the common ones are refused."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "office.ways_in.passwords.NotTooLong"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "office.ways_in.passwords.NotBreached"},
]

MFA_ADAPTER = "office.ways_in.factors.SealedFactors"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_TOTP_ISSUER = "Duebook"
MFA_TOTP_TOLERANCE = 1  # half a minute that a phone's clock is off
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 10

HTTPS = SITE_URL.startswith("https://")
THIS_HOST_ALONE = "__Host-" if HTTPS else ""
"""In front of a cookie's name: browsers take it by https from this very host only, and for no other."""
SESSION_COOKIE_NAME = f"{THIS_HOST_ALONE}duebook_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "office.web.late_forms.csrf_failed"
CSRF_COOKIE_NAME = f"{THIS_HOST_ALONE}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=HTTPS)
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]  # asked from inside, by plain http
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
PROXIES = env.int("PROXIES", default=1) if BEHIND_PROXY else 0
"""So many proxies of our own stand before us, and each adds to X-Forwarded-For; with none the header is anybody's."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *CHECKOUT_PAGES],
        "img-src": [SELF, "data:"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = list(LANGUAGE_NAMES.items())
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000  # a document of 2,000 lines, each with all its cells
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # files that programs send stand in the body

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=True)
WHITENOISE_AUTOREFRESH = DEBUG

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "serializer": "config.cached_values.JsonValues",
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
        },
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "max_retries": 0,  # else a request waits six seconds to ring a bell that is gone
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

WORKER_SILENCE_SECONDS = env.int("WORKER_SILENCE_SECONDS", default=600)
"""After so long without a task, twice a task's limit, a worker is lost to the bells that ring each minute, and ends."""

EMAIL_URL = env("EMAIL_URL", default="")
"""Empty: outgoing mail stays in the database and is shown at /mail/."""
MAIL_SERVICE = env("MAIL_SERVICE", default="")
"""The service behind EMAIL_URL, such as postmark, which tells by webhook what came back."""
MAIL_EVENTS_LOGIN = env("MAIL_EVENTS_LOGIN", default="")
"""name:password that its events carry."""
MAIL_EVENTS_KEYS = {
    "mailgun": env("MAILGUN_SIGNING_KEY", default=""),
    "sendgrid": env("SENDGRID_VERIFICATION_KEY", default=""),
}
"""Those that sign their events instead."""
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="billing@duebook.example")
DKIM_SELECTOR = env("DKIM_SELECTOR", default="")
"""By which the service's key is found under the sender's domain."""
DNS_SERVERS = env.list("DNS_SERVERS", default=[])
"""host:port of those that are asked what the sender's domain says; empty: the machine's own."""

WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=[])
"""Networks inside which other programs may be told what happens, such as 10.1.0.0/16; else only public addresses."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "office.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["office.api.permissions.NamedPermission"],
    "DEFAULT_RENDERER_CLASSES": ["office.api.renderers.PlainJsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["office.api.parsing.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "office.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "office.api.errors.answer_error",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
LIMITS = {
    "reads": env.int("API_READS_PER_MINUTE", default=600),
    "writes": env.int("API_WRITES_PER_MINUTE", default=120),
    "exports": env.int("API_EXPORTS_PER_MINUTE", default=60),
    "failed-keys": env.int("API_FAILED_KEYS_PER_MINUTE", default=20),
    "pages": env.int("PAGES_PER_MINUTE", default=600),
}
"""What each key, or each person by session, may ask in a minute; failed keys of each address. 0: no limit."""
SPECTACULAR_SETTINGS = {
    "TITLE": "Duebook",
    "DESCRIPTION": "Invoices, credit memos, receipts, allocation and ageing over one append-only book.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AccountKind": "customers.models.AccountKind",
        "AddressKind": "customers.models.AddressKind",
        "ApplicationPoint": "customers.models.PointKey",
        "ApplicationStatus": "customers.models.ApplicationStatus",
        "ApprovalState": "office.models.ApprovalState",
        "FileState": "payments.models.FileState",
        "NoteKind": "credit_control.models.NoteKind",
        "PaymentMethod": "payments.models.PaymentMethod",
        "RefundMethod": "payments.original_way.WAY_CHOICES",
        "RefundState": "payments.repayment_choice.STATES",
        "DebitState": "payments.models.CollectionState",
        "MandateScheme": "customers.models.MandateScheme",
        "MandateState": "customers.mandates.STATES",
        "DocumentKind": "billing.models.DocumentKind",
        "RateKind": "billing.models.RateKind",
        "MailStatus": "office.models.MailStatus",
        "RunStatus": "office.models.RunStatus",
        "StatementForm": "customers.models.StatementForm",
        "StatementFormAsked": "credit_control.api.statement_serializers.FORMS",
        "StatementOutcome": "credit_control.models.StatementOutcome",
        "ItemKind": "ledger.models.items.ItemKind",
        "LineKind": "billing.models.LineKind",
        "ProductKind": "billing.models.ProductKind",
        "OrderState": "billing.order_figures.STATES",
        "ShipmentKind": "billing.models.ShipmentKind",
        "ShipmentKindSent": "billing.api.order_serializers.LEAVES",
        "ShipmentState": "billing.order_figures.SHIPMENT_STATES",
        "AskedStatus": "credit_control.models.AskedStatus",
        "ChangeStatus": "customers.models.ChangeStatus",
        "ChargebackStatus": "payments.models.ChargebackStatus",
        "ReceiptStatus": "payments.models.ReceiptStatus",
        "WriteOffKind": "payments.models.WriteOffKind",
        "WriteOffStatus": "payments.models.WriteOffStatus",
        "DisputeEnd": "billing.api.dispute_serializers.ENDS",
        "DisputeOutcome": "billing.models.DisputeOutcome",
        "LateChargeState": "credit_control.late_charges.STATES",
        "LateChargeLineKind": "credit_control.models.LineKind",
        "ReferenceRateOf": "credit_control.models.Reference",
        "JobState": "office.api.jobs.STATES",
        "Department": "office.models.Department",
        "TaskKind": "office.models.TaskKind",
        "DeliveryState": "office.models.DeliveryState",
        "StateEnum": "billing.queries.STATE_CHOICES",
        "DeliveryEnum": "billing.delivery.DELIVERY_CHOICES",
    },
}

METRICS_TOKEN = env("METRICS_TOKEN", default="")
"""What whoever asks for /metrics has to bring; empty: there is no such address."""
LOG_FORMAT = env("LOG_FORMAT", default="line")
"""line, or json: one object each line."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.log_lines.Line"}, "json": {"()": "config.log_lines.JsonLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
