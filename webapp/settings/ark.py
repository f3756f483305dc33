"""What an operator can choose about recognition, uploads and their limits."""

from webapp import env
from webapp.home import models_store

ARK_MODELS_STORE = models_store()
ARK_BACKBONE = env.choice("ARK_BACKBONE", "lite0", ("lite0", "lite1", "lite2"))
_FINDERS = (
    *("nanodet_g", "ssdlite320_mobilenet_v3_large"),
    *("fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_resnet50_fpn_v2", "none"),
)
ARK_FINDER = env.choice("ARK_FINDER", "nanodet_g", _FINDERS)
ARK_ENGINE = env.choice("ARK_ENGINE", "auto", ("auto", "openvino", "torch"))
ARK_PREDICTORS = env.integer("ARK_PREDICTORS", 0)  # looked at by bin/predictors.py, before Django
ARK_DEVICE = env.choice("ARK_DEVICE", "auto", ("auto", "cpu", "cuda"))
ARK_MAX_UPLOAD_MB = env.integer("ARK_MAX_UPLOAD_MB", 25, at_least=1)
ARK_MAX_BULK_MB = env.integer("ARK_MAX_BULK_MB", 2048, at_least=1)
ARK_MAX_BULK_FILES = env.integer("ARK_MAX_BULK_FILES", 10_000, at_least=1)
ARK_MIN_FREE_MB = env.integer("ARK_MIN_FREE_MB", 512)  # uploads leave so much of the disk free
ARK_MAX_PIXELS = env.integer("ARK_MAX_PIXELS", 100_000_000, at_least=1)
ARK_TRASH_DAYS = env.integer("ARK_TRASH_DAYS", 30)  # 0: what is deleted is gone at once
ARK_BLIND_PERCENT = env.integer("ARK_BLIND_PERCENT", 5)  # photos reviewed without the answer
ARK_LEASE_S = env.integer("ARK_LEASE_S", 60, at_least=1)
ARK_SWEEP_S = env.integer("ARK_SWEEP_S", 5, at_least=1)
ARK_REQUESTS_PER_MINUTE = env.integer("ARK_REQUESTS_PER_MINUTE", 30_000)  # 0: no limit
ARK_QUOTA_MB = env.integer("ARK_QUOTA_MB", 0)  # a person's originals; 0: no limit
ARK_STORAGE_MB = env.integer("ARK_STORAGE_MB", 0)  # everybody's originals; 0: no limit
# Where webhooks may go beside public addresses, and without HTTPS; none of them by default
ARK_WEBHOOK_NETWORKS = env.networks("ARK_WEBHOOK_NETWORKS", "")
