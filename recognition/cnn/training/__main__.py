"""`python -m recognition.cnn.training FOLDER`; see `__init__.py`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Threads that wait for each other sleep instead of spinning: on a busy machine five times faster.
# It is read when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from torch.distributed.elastic.multiprocessing.errors import record

from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.training import PARENT, distributed, process
from recognition.cnn.training.attempts import run
from recognition.cnn.training.checkpoints import is_disk_full
from recognition.cnn.training.events import emit
from recognition.cnn.training.job import CannotTrain
from recognition.cnn.training.memory import is_out_of_memory, limit_memory


@record  # torchrun's last words are then why the process failed
def main() -> None:
    """FOLDER/result is there when it returns."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m recognition.cnn.training FOLDER")
    process.end_with_parent(PARENT)
    process.lower_priority()
    limit_memory()
    try:
        run(Path(sys.argv[1]))
    except Exception as error:
        code = error_code(error)
        # Perhaps it is only that another one of several has died, or that all are to start again.
        if code != "failed" or distributed.world_size() == 1:
            emit("error", code=code, detail=str(error))
            distributed.give_up()
        raise


def error_code(error: Exception) -> str:
    if isinstance(error, CannotTrain):
        return error.code
    if isinstance(error, CorruptCheckpoint):
        return "corrupt_parent"
    if is_disk_full(error):
        return "disk_full"
    return "out_of_memory" if is_out_of_memory(error) else "failed"


if __name__ == "__main__":
    main()
