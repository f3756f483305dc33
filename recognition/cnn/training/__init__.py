"""Fine-tuning and training from scratch, in a subprocess.

    python -m recognition.cnn.training FOLDER

FOLDER contains job.json and photos.csv (`job.py`). Events go to stdout, one JSON object a line
(`events.py`). In the end FOLDER/result is a version's folder, and the exit status is 0.
Started again on the same folder it goes on from its last checkpoint and ends with the very same
weights. With a file FOLDER/finish-now it stops training and keeps the best epoch so far.
"""

import os

PARENT = os.getppid()  # known before torch is loaded, which takes seconds
