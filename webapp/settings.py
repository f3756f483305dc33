"""Django's settings. Everything an operator can change comes from the environment; the table of
these variables stands in docs/operations.md. What is missing or unsafe stops the start.
"""

from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from recognition.staff.sidebar import UNFOLD  # noqa: F401
from webapp import content_security, env, logs
from webapp.home import ARK_HOME, BASE_DIR, REDIS_SOCKET, models_store, secret_key

# Ark
ARK_MODELS_STORE = models_store()
ARK_BACKBONE = env.choice("ARK_BACKBONE", "lite0", ("lite0", "lite1", "lite2"))
_FINDERS = (
    *("nanodet_g", "ssdlite320_mobilenet_v3_large"),
    *("fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2", "none"),
)
ARK_FINDER = env.choice("ARK_FINDER", "nanodet_g", _FINDERS)
ARK_ENGINE = env.choice("ARK_ENGINE", "auto", ("auto", "openvino", "torch"))
ARK_DEVICE = env.choice("ARK_DEVICE", "auto", ("auto", "cpu", "cuda"))
ARK_MAX_UPLOAD_MB = env.integer("ARK_MAX_UPLOAD_MB", 25, at_least=1)
ARK_MAX_BULK_MB = env.integer("ARK_MAX_BULK_MB", 2048, at_least=1)
ARK_MAX_BULK_FILES = env.integer("ARK_MAX_BULK_FILES", 10_000, at_least=1)
ARK_MAX_PIXELS = env.integer("ARK_MAX_PIXELS", 100_000_000, at_least=1)
ARK_LEASE_S = env.integer("ARK_LEASE_S", 60, at_least=1)
ARK_SWEEP_S = env.integer("ARK_SWEEP_S", 5, at_least=1)
ARK_REQUESTS_PER_MINUTE = env.integer("ARK_REQUESTS_PER_MINUTE", 30_000)  # 0: no limit

# Safety
DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = secret_key()
ARK_HTTPS = env.boolean("ARK_HTTPS", True)
_public_hosts = env.hosts("ARK_ALLOWED_HOSTS")
ALLOWED_HOSTS = [*_public_hosts, "localhost", "127.0.0.1", "[::1]"]  # health is asked on the spot
if ARK_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # For proxies that do not hand the Host header on; ".example.com" means its subdomains as well.
    CSRF_TRUSTED_ORIGINS = [
        f"https://{'*' if host.startswith('.') else ''}{host}" for host in _public_hosts
    ]
SECURE_SSL_REDIRECT = ARK_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside
SECURE_HSTS_SECONDS = 31_536_000 if ARK_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ARK_HTTPS
SECURE_HSTS_PRELOAD = ARK_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ARK_HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_security.SITE
ARK_METRICS_TOKEN = env.text("ARK_METRICS_TOKEN")  # without: /metrics answers this machine only
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = env.integer("ARK_LOGIN_FAILURES", 10, at_least=1)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "site/accounts/locked_out.html"
AXES_ENABLE_ADMIN = False  # recognition.admin shows what staff need
AXES_DISABLE_ACCESS_LOG = True  # it would grow with every sign-in, and nobody reads it

# Application
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
    "recognition",
]
MIDDLEWARE = [
    "webapp.request_log.log_requests",
    "recognition.photos.uploads.discard_leftovers",
    "recognition.core.memory.give_back_after_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "webapp.content_security.admin_needs_more",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# State
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": dj_database_url.parse(
        env.url(
            "DATABASE_URL",
            f"sqlite:///{ARK_HOME / 'db.sqlite3'}",
            ("sqlite", "postgres", "postgresql"),
        ),
        conn_max_age=600,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Writers take their turn at once instead of failing half-way; readers are never blocked.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that is gone must show as an error, not as a request that hangs.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=3, tcp_user_timeout=10_000
    )
MEDIA_ROOT = ARK_HOME / "media"
ARK_INCOMING = ARK_HOME / "incoming"  # uploads while they arrive, on the same disk as MEDIA_ROOT
FILE_UPLOAD_HANDLERS = ["recognition.photos.uploads.SpoolUploadHandler"]
ARK_TRAINING = ARK_HOME / "training"  # checkpoints of training runs
ARK_EXPORTS = ARK_HOME / "exports"  # versions to download
ARK_IMPORTS = ARK_HOME / "imports"  # bundles from elsewhere, until they are checked
DATA_UPLOAD_MAX_NUMBER_FILES = ARK_MAX_BULK_FILES

# Redis: the broker of Celery, the news of finished predictions, counters
REDIS_URL = env.url("REDIS_URL", f"unix://{REDIS_SOCKET}", ("unix", "redis", "rediss"))
# Nothing is worth caching so far.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
CELERY_BROKER_URL = (
    f"redis+socket://{urlsplit(REDIS_URL).path}" if REDIS_URL.startswith("unix://") else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "predict"
CELERY_TASK_ROUTES = {
    f"recognition.tasks.{name}": {"queue": name} for name in ("analyse", "teach", "train")
}
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

# HTTP API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["recognition.api.throttling.PerMinuteThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "recognition.api.errors.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ark",
    "DESCRIPTION": "Recognises vehicles and animals in photographs.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "recognition.models.Kind",
        "SuggestionKindEnum": "recognition.models.Suggestion.Kind",
        "StateEnum": "recognition.models.State",
        "RunStateEnum": "recognition.models.RunState",
    },
}

# Languages, static files, logs
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TZ", "UTC")
STATIC_URL = "static/"
STATIC_ROOT = ARK_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LOGGING = logs.configuration()
