"""Training steps in TensorFlow: the other side of train-step.ts.

python bench/tensorflow-step.py NETWORK.json ROWS STEPS   prints one line of JSON
"""

import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf


def main():
    path, rows, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(path) as file:
        model = keras.Sequential.from_config(json.load(file)["config"])
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-4),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    random = np.random.default_rng(1)
    x = random.random((rows, *model.input_shape[1:]), dtype=np.float32)
    y = random.integers(0, 2, (rows, 1)).astype(np.float32)
    wall, cpu = [], []
    for _ in range(steps):
        before = time.perf_counter(), time.process_time()
        model.train_on_batch(x, y)
        wall.append((time.perf_counter() - before[0]) * 1e3)
        cpu.append((time.process_time() - before[1]) * 1e3)
    print(
        json.dumps(
            {
                "engine": f"TensorFlow {tf.__version__}",
                "wall": wall,
                "cpu": cpu,
                "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
            }
        )
    )


main()
