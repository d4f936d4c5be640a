"""All settings. Every variable read here stands in .env.example; a missing or odd value stops the start with a hint."""

import os
from pathlib import Path
from typing import Any

import bootstrap_wrapper
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from vipcrm import embedded
from vipcrm.beat import SCHEDULE
from vipcrm.environment import Environment, broker_address, redis_database, stored_secret

BASE_DIR = Path(__file__).resolve().parent.parent
AREAS = ["vipcrm", "members", "followups", "service_tickets", "reports"]
TESTING = "PYTEST_VERSION" in os.environ  # pytest sets it, and the programs that tests start inherit it

env = Environment(BASE_DIR / ".env")
DEBUG = env.flag("DEBUG", False)

# --- Servers: named ones, or private ones of our own -----------------------------------------------------------------

VAR = env.folder("VIPCRM_VAR", BASE_DIR / "var")
if TESTING:
    VAR = VAR / "test"  # a demo that is running keeps its data and its queue
    VAR.mkdir(exist_ok=True)

DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.redis("REDIS_URL")
EMBEDDED = not (DATABASE_URL and REDIS_URL)
SERVICES = embedded.start(VAR, durable=not TESTING) if EMBEDDED else None

DATABASE: dict[str, Any]
if DATABASE_URL:
    DATABASE = env.database("DATABASE_URL")
else:
    assert SERVICES is not None
    DATABASE = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": SERVICES.postgres_host,
        "PORT": SERVICES.postgres_port,
        "USER": SERVICES.postgres_user,
        "NAME": SERVICES.postgres_database,
    }
if not REDIS_URL:
    assert SERVICES is not None
    REDIS_URL = SERVICES.redis_url

POOL_SIZE = 0 if TESTING else env.number("DATABASE_POOL", 8)
DATABASE["CONN_HEALTH_CHECKS"] = True
# A server that has vanished is noticed within seconds, so that a page says so instead of hanging.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}
DATABASE["OPTIONS"] = {**PATIENCE, "tcp_user_timeout": 10_000, **DATABASE.get("OPTIONS", {})}
if POOL_SIZE:
    # reconnect_timeout: later tries come ever more rarely; given up, the next request tries at once
    DATABASE["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 5, "reconnect_timeout": 3}
DATABASES = {"default": DATABASE}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_database(REDIS_URL, 1),
        "KEY_PREFIX": os.environ.get("PYTEST_XDIST_WORKER", ""),
    }
}

# --- Application -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "vipcrm",
    "members",
    "followups",
    "service_tickets",
    "reports",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "import_export",
    "django_htmx",
    "lucide",
    "vipcrm.guard.SignInGuard",
    "csp",
]

MIDDLEWARE = [
    "vipcrm.middleware.DatabaseGoneMiddleware",
    "vipcrm.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vipcrm.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "vipcrm.middleware.ChosenLanguageMiddleware",
    "vipcrm.middleware.WrongMethodMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vipcrm.middleware.ClosedByDefaultMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vipcrm.context_processors.frame",
            ],
        },
    }
]

ROOT_URLCONF = "vipcrm.urls"
WSGI_APPLICATION = "vipcrm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale" / area for area in AREAS]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Who may in ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "vipcrm.Staff"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

PROXIES = env.number("TRUSTED_PROXIES", 0)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # vipcrm.admin shows the one table of it that holds anything
AXES_LOCKOUT_CALLABLE = "vipcrm.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "vipcrm.signin.client_address"
SIGNIN_DELAY = 0.0 if TESTING else 0.25  # seconds after the first wrong password, doubled with each one more

# --- Security --------------------------------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("SECRET_KEY is not set: write 50 or more random characters into the environment.")
    SECRET_KEY = stored_secret(VAR / "secret_key")

ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS", [])

HTTPS = env.flag("HTTPS", not (EMBEDDED or DEBUG or TESTING))
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
# Django admin with unfold runs Alpine, which evaluates attributes; nothing of ours does.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", bootstrap_wrapper.get_bootstrap_dir())]
HASHED_STATIC = env.flag("HASHED_STATIC", not (EMBEDDED or DEBUG or TESTING))
WHITENOISE_USE_FINDERS = not HASHED_STATIC
if WHITENOISE_USE_FINDERS:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR / "uploads")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Tasks -----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = broker_address(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = TESTING
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat_schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # KiB; PDF pages and big imports give it back this way

# --- Log -------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "axes": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
}

UNFOLD = {"SITE_TITLE": "VIP CRM", "SITE_HEADER": "VIP CRM", "SITE_URL": "/"}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
