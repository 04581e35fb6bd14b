"""One photo through the tutorial's network, all four conv outputs: the other side of see.ts.

python bench/tensorflow-activations.py MODEL.h5   prints one line of JSON, milliseconds
"""

import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tf_keras


def median(call, times=60, warm=8):
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        call()
        taken.append((time.perf_counter() - before) * 1e3)
    return sorted(taken[warm:])[(times - warm) // 2]


def main():
    model = tf_keras.models.load_model(sys.argv[1], compile=False)
    convs = [l.output for l in model.layers if isinstance(l, tf_keras.layers.Conv2D)]
    taps = tf_keras.Model(model.inputs, convs)
    x = np.random.default_rng(1).random((1, *model.input_shape[1:]), dtype=np.float32)
    traced = tf.function(lambda given: taps(given, training=False))
    tensor = tf.constant(x)
    print(
        json.dumps(
            {
                "engine": f"TensorFlow {tf.__version__}",
                "traced": median(lambda: [o.numpy() for o in traced(tensor)]),
                "predict": median(lambda: taps.predict(x, verbose=0)),
                "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
            }
        )
    )


main()
