"""Where files lie: on this machine's disk or, if one is named, in a bucket that machines share.

Its keys come as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else boto3 looks for.
"""

from typing import Any

from webapp import env

ARK_S3_BUCKET = env.text("ARK_S3_BUCKET")
ARK_S3_ENDPOINT_URL = env.text("ARK_S3_ENDPOINT_URL")  # nothing: that of AWS
# Where browsers reach the same bucket, for downloads; nothing: Ark hands the bytes on
ARK_S3_PUBLIC_URL = env.text("ARK_S3_PUBLIC_URL")
ARK_S3_REGION = env.text("ARK_S3_REGION", "us-east-1")
ARK_COPIES_MB = env.integer("ARK_COPIES_MB", 10_000)  # of what lies in the bucket, on this machine

_STATIC_FILES = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}


def store(endpoint_url: str) -> dict[str, Any]:
    """As django-storages wants it. Importing botocore takes memory: only where it is needed."""
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=20,
        signature_version="s3v4",
        retries={"total_max_attempts": 3, "mode": "standard"},
        max_pool_connections=16,
        # The servers that others make know no other way.
        s3={"addressing_style": "path"} if endpoint_url else {},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    options = {
        "bucket_name": ARK_S3_BUCKET,
        "endpoint_url": endpoint_url or None,
        "region_name": ARK_S3_REGION,
        "client_config": config,
        "default_acl": None,
        "file_overwrite": True,  # keys are unique: nobody looks first
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES: dict[str, dict[str, Any]] = {
    "default": store(ARK_S3_ENDPOINT_URL)
    if ARK_S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": _STATIC_FILES,
}
if ARK_S3_BUCKET and ARK_S3_PUBLIC_URL:
    STORAGES["links"] = store(ARK_S3_PUBLIC_URL)
