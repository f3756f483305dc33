"""Redis (the news of finished predictions, counters), the broker of Celery, and the workers."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from webapp import env, redis_address
from webapp.home import REDIS_SOCKET

# Whether somebody collects traces (recognition/core/tracing.py); the library reads the rest itself
ARK_TRACES = bool(env.text("OTEL_EXPORTER_OTLP_ENDPOINT"))
_REDIS = ("unix", "redis", "rediss", "sentinel")
REDIS_URL = env.url("REDIS_URL", f"unix://{REDIS_SOCKET}", _REDIS)
try:
    redis_address.sentinels(REDIS_URL)
except ValueError as error:
    raise ImproperlyConfigured(f"REDIS_URL: {error}.") from None
# For limits of how often something may be tried; without Redis each process counts for itself.
CACHES = {
    "default": {
        "BACKEND": "webapp.cache.RedisOrMemory",
        "LOCATION": [REDIS_URL],
        "KEY_PREFIX": "ark:cache",
        "OPTIONS": {
            "serializer": "webapp.cache.Json",
            "pool_class": "webapp.redis_address.Pool",
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
        },
    }
}
# Redis, too, unless there is a RabbitMQ. Celery reads this variable by itself as well.
ARK_RABBITMQ = bool(env.text("CELERY_BROKER_URL"))
CELERY_BROKER_URL = (
    env.url("CELERY_BROKER_URL", "", ("amqp", "amqps"))
    if ARK_RABBITMQ
    else redis_address.for_celery(REDIS_URL)
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # s
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    **redis_address.options_for_celery(REDIS_URL),
    # A message that is lost with its worker need not come back: each worker wakes itself. To bring
    # it back takes a script, which the private Redis refuses.
    "ack_emulation": False,
}
if ARK_RABBITMQ:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"write_timeout": 5}
    # Most workers do nothing else while they work, for days if they train: they cannot send
    # heartbeats, and RabbitMQ, after `consumer_timeout`, takes back what it has handed them.
    CELERY_BROKER_HEARTBEAT = 0
    CELERY_BROKER_CHANNEL_ERROR_RETRY = True
if CELERY_BROKER_URL.startswith("amqps:"):
    CELERY_BROKER_USE_SSL = {"server_hostname": None}  # its certificate must name the URL's host
# Workers keep their connections to the database, as web processes do: Celery would open one anew
# for each message (webapp/celery.py looks whether it still works).
CELERY_DB_REUSE_MAX = 10**9  # messages
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "predict"
CELERY_TASK_ROUTES = {
    f"recognition.tasks.{name}": {"queue": name}
    for name in ("analyse", "teach", "train", "explain")
}
# One message that waits is enough. RabbitMQ drops the older one of two; with Redis
# recognition/core/wakeups.py looks first.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name, max_length=1)
    for name in ("predict", "analyse", "teach", "train", "explain")
]
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A wake-up that a busy worker takes for later would be missing to one that has nothing to do.
CELERY_WORKER_DISABLE_PREFETCH = True
