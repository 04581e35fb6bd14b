"""A Keras file of 100 MB: the convolutions of VGG16 and two smaller dense layers, with random weights.

python bench/large-file.py vgg16.h5     or vgg16.keras; measured by large-file.ts

Ran on Python 3.11, tensorflow-cpu 2.21.0, tf_keras 2.21.0.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tf_keras
from tf_keras import layers

tf_keras.utils.set_random_seed(1)
stack = [layers.Input((224, 224, 3))]
for block, (convolutions, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 1):
    for i in range(1, convolutions + 1):
        name = f"block{block}_conv{i}"
        stack.append(layers.Conv2D(filters, 3, padding="same", activation="relu", name=name))
    stack.append(layers.MaxPooling2D(name=f"block{block}_pool"))
stack += [
    layers.Flatten(name="flatten"),
    layers.Dense(400, activation="relu", name="fc1"),
    layers.Dense(1000, activation="softmax", name="predictions"),
]
tf_keras.Sequential(stack, name="vgg16").save(sys.argv[1])
