"""The environment of the tests, set before Django reads it (see addopts in pyproject.toml)."""

import atexit
import os
import shutil
import tempfile

database = os.environ.get("ARK_TEST_DATABASE_URL")  # tests run on SQLite unless it is set
drills = os.environ.get("ARK_DRILLS")  # how hard they try (tests/support/drills.py)
home = tempfile.mkdtemp(prefix="ark-test-")  # short: Redis' socket lives in it
atexit.register(shutil.rmtree, home, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("ARK_")]:
    del os.environ[name]
os.environ.update(
    ARK_BLIND_PERCENT="0",  # tests of the queue know what it shows
    ARK_FINDER="none",  # it would be fetched from the network
    ARK_HOME=home,
    ARK_HTTPS="false",
    ARK_LOG_FORMAT="plain",
    OMP_NUM_THREADS="1",  # the tests share the processors already
    SECRET_KEY="only-for-tests" * 4,
)
os.environ.pop("REDIS_URL", None)
os.environ.pop("CELERY_BROKER_URL", None)
os.environ.pop("DATABASE_URL", None)
if drills:
    os.environ["ARK_DRILLS"] = drills
if database:
    os.environ["DATABASE_URL"] = database
    # For the processes among which pytest-xdist shares the tests: they come here too.
    os.environ["ARK_TEST_DATABASE_URL"] = database
