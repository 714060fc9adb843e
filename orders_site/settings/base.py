"""Settings shared by every way of running. The only module that reads the environment."""

from pathlib import Path

import pghistory

from orders_site.boot import places
from orders_site.boot.queues import DEFAULT_QUEUE
from orders_site.settings import environment

BASE_DIR = Path(__file__).resolve().parents[2]

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "django_filters",
    "django_htmx",
    "djmoney",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    # The street of architecture.md, ground first.
    "core",
    "catalog",
    "accounting",
    "inventory",
    "quotes",
    "orders",
    "fulfillment",
    "billing",
    "payments",
    "rebates",
    "analytics",
    "orders_site",
]

MIDDLEWARE = [
    "core.web.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.web.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.web.sessions.SessionClockMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orders_site.first_run.middleware.FirstRunMiddleware",
    "core.web.second_factor.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TRUSTED_PROXY_HOPS = environment.whole_number("TRUSTED_PROXY_HOPS", 0)

ROOT_URLCONF = "orders_site.urls"
WSGI_APPLICATION = "orders_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "core.web.jinja.environment", "autoescape": True, "context_processors": []},
    },
    {
        # Only for templates that third-party packages bring.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
# kept_app may not change append-only tables nor the schema; kept_owner migrates (DATABASE_OWNER_URL, used by setup).
_embedded_database = f"postgresql://kept_app@/kept?host={places.postgres_sockets()}"
DATABASES = {"default": environment.database("DATABASE_URL", _embedded_database)}
DATABASES["default"] |= {
    # Views stay outside transactions: the outermost command owns them.
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": environment.whole_number("DATABASE_CONN_MAX_AGE_S", 600),
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": False,
}
DATABASES["default"]["OPTIONS"] = {
    "server_side_binding": True,
    # Prepared after the second use. PgBouncer 1.21+ in transaction mode understands these with max_prepared_statements.
    "prepare_threshold": 2,
    "connect_timeout": 10,
    **dict(DATABASES["default"]["OPTIONS"]),  # type: ignore[call-overload]
}
DATABASE_OWNER_URL = environment.text("DATABASE_OWNER_URL", "")
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)  # history is looked up by its row alone
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker, cache, sessions ----------------------------------------------------------------------------------------
REDIS_URL = environment.text("REDIS_URL", "")
_broker = REDIS_URL or f"redis+socket://{places.broker_socket()}?virtual_host=0"
_cache = f"{REDIS_URL.rstrip('/')}/1" if REDIS_URL.count("/") == 2 else REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache or f"unix://{places.broker_socket()}?db=1",
        "KEY_PREFIX": "kept",
    }
}
# In the database and cached: without Redis people are slower, not logged out.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

CELERY_BROKER_URL = _broker
CELERY_RESULT_BACKEND = None  # jobs and their results are rows
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = DEFAULT_QUEUE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1200  # seconds; longer work is split at checkpoints
CELERY_TASK_SOFT_TIME_LIMIT = 1140
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7200,  # seconds; above the longest task, or it would run twice at once
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # A lost broker is found out at once: the sweeper sees to what was not told, and nobody waits for it at a page.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.web.people.PeopleBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
# Who holds a right of orders_site.people.rules must have a second factor. Only a demonstration may relax it.
SECOND_FACTOR_REQUIRED = True
ACCOUNT_ADAPTER = "core.web.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited to the address that an administrator wrote
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds
ACCOUNT_RATE_LIMITS = False  # core.web.limits counts, tells when to try again, and fails closed
ACCOUNT_PRESERVE_USERNAME_CASING = True
MFA_ADAPTER = "core.web.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a code counts for 30 seconds more before and after
# What links in e-mails begin with.
KEPT_ADDRESS = environment.text("KEPT_ADDRESS", f"http://localhost:{environment.text('PORT', '8000')}")
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Kept <kept@localhost>")
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Commands: time-outs of one transaction; workers raise the second one ---------------------------------------------
KEPT_LOCK_TIMEOUT = environment.text("KEPT_LOCK_TIMEOUT", "1500ms")
KEPT_STATEMENT_TIMEOUT = environment.text("KEPT_STATEMENT_TIMEOUT", "15s")

# --- Lists: rows of a bulk verb that are carried out at once; more is a worker's job ----------------------------------
KEPT_BULK_AT_ONCE = environment.whole_number("KEPT_BULK_AT_ONCE", 1_000)

# --- API: calls of one key in a minute -----------------------------------------------------------------------------
KEPT_API_CALLS_PER_MINUTE = environment.whole_number("KEPT_API_CALLS_PER_MINUTE", 600)

# --- Packages: the company prefix of their serial numbers; 952 is GS1 own prefix for demonstrations -------------------
KEPT_GS1_PREFIX = environment.text("KEPT_GS1_PREFIX", "9521234")

# --- First run: an empty system leads everybody to its set-up ---------------------------------------------------------
KEPT_FIRST_RUN = True

# --- Webhooks: plain HTTP and private addresses; never in a deployment, or subscribers reach our own network ----------
KEPT_WEBHOOKS_INSECURE = False

# --- Filters: what a choice that narrows nothing says ----------------------------------------------------------------
FILTERS_EMPTY_CHOICE_LABEL = "Any"

# --- Language, time, money ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
AUTO_CONVERT_MONEY = False  # conversion never happens by itself: the rate is looked up by core.fx and stored

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(environment.text("MEDIA_ROOT", str(BASE_DIR / "media")))

# --- Uploads and forms: a page of 1,000 order lines posts a few thousand fields ---------------------------------------
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["core.web.uploads.CappedUploadHandler"]
# Files beside documents: bytes of one, and pixels of a picture. A whole request ends at 25 MB.
KEPT_FILE_MOST_BYTES = environment.whole_number("KEPT_FILE_MOST_BYTES", 10 * 1024 * 1024)
KEPT_PICTURE_MOST_PIXELS = environment.whole_number("KEPT_PICTURE_MOST_PIXELS", 50_000_000)

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = False  # htmx sends it as a header
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
}
