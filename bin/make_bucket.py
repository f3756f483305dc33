"""`python bin/make_bucket.py`: makes the bucket that ARK_S3_BUCKET names, where there is none.

For an S3 server of one's own; waits some seconds for one that is just starting.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

PATIENCE_S = 60.0
_IS_THERE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


def make(store: Any, bucket: str) -> bool:
    """Whether there was none before."""
    from botocore.exceptions import ClientError

    try:
        store.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _IS_THERE:
            raise
        return False
    return True


def main() -> int:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = os.environ["ARK_S3_BUCKET"]
    store = boto3.client(
        "s3",
        endpoint_url=os.environ.get("ARK_S3_ENDPOINT_URL") or None,
        region_name=os.environ.get("ARK_S3_REGION") or "us-east-1",
        config=Config(s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=10),
    )
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            is_new = make(store, bucket)
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > until:
                print(f"The bucket {bucket} cannot be made: {error}", file=sys.stderr)
                return 1
            time.sleep(1)
        else:
            print(f"The bucket {bucket} {'was made' if is_new else 'is there'}.")
            return 0


if __name__ == "__main__":
    sys.exit(main())
