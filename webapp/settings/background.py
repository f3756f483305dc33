"""Redis (the broker of Celery, the news of finished predictions, counters) and the workers."""

from urllib.parse import urlsplit

from webapp import env
from webapp.home import REDIS_SOCKET

# Whether somebody collects traces (recognition/core/tracing.py); the library reads the rest itself
ARK_TRACES = bool(env.text("OTEL_EXPORTER_OTLP_ENDPOINT"))
REDIS_URL = env.url("REDIS_URL", f"unix://{REDIS_SOCKET}", ("unix", "redis", "rediss"))
# For limits of how often something may be tried; without Redis each process counts for itself.
CACHES = {
    "default": {
        "BACKEND": "webapp.cache.RedisOrMemory",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ark:cache",
        "OPTIONS": {
            "serializer": "webapp.cache.Json",
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
        },
    }
}
CELERY_BROKER_URL = (
    f"redis+socket://{urlsplit(REDIS_URL).path}" if REDIS_URL.startswith("unix://") else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # A message that is lost with its worker need not come back: each worker wakes itself. To bring
    # it back takes a script, which the private Redis refuses.
    "ack_emulation": False,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "predict"
CELERY_TASK_ROUTES = {
    f"recognition.tasks.{name}": {"queue": name}
    for name in ("analyse", "teach", "train", "explain")
}
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A wake-up that a busy worker takes for later would be missing to one that has nothing to do.
CELERY_WORKER_DISABLE_PREFETCH = True
