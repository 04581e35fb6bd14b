"""The work of `striate census` in TensorFlow: tf.data, predict in batches, NumPy reductions, the top photos.

    python bench/census.py MODEL PHOTOS LIMIT

PHOTOS is a folder of class folders. Prints the photos. `bench/census.ts` runs it beside striate.
"""

import glob
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

try:
    import tf_keras as keras
except ImportError:
    import keras

model_path, folder, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
model = keras.models.load_model(model_path, compile=False)
height, width = model.input_shape[1:3]
layers = [layer for layer in model.layers if "Conv2D" in type(layer).__name__]
maps = keras.Model(model.inputs, [layer.output for layer in layers])
files = sorted(glob.glob(os.path.join(folder, "**", "*.jpg"), recursive=True))
files = [files[i] for i in np.random.RandomState(42).permutation(len(files))[:limit]]


def prepared(path):
    picture = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    return tf.image.resize(picture, (height, width)) / 255


data = tf.data.Dataset.from_tensor_slices(files).map(prepared, tf.data.AUTOTUNE)
rows = [[] for _ in layers]
for batch in data.batch(64).prefetch(2):
    values = maps.predict_on_batch(batch)
    for found, value in zip(rows, values if isinstance(values, list) else [values]):
        flat = value.reshape(len(value), -1, value.shape[-1])
        found.append(
            [
                flat.mean(1),
                np.square(flat).mean(1),
                flat.max(1),
                flat.min(1),
                (flat == 0).mean(1),
                flat.argmax(1),
            ]
        )
for found in rows:
    mean, square, peak, low, zeros, place = (np.concatenate(each) for each in zip(*found))
    np.sqrt(square.mean(0) - mean.mean(0) ** 2)
    np.quantile(peak, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], axis=0)
    np.corrcoef(mean, rowvar=False)
    np.argsort(-peak, axis=0, kind="stable")[:16]
    np.argsort(peak, axis=0, kind="stable")[:16]
print(len(files), "photos")
