import { it } from "vitest";
import { expectCase } from "./cases2.ts";
import { describeShared } from "./shared.ts";

// What strangers' files of TensorFlow and TFLite hold (../shared/cases2): the numbers are TensorFlow's.

describeShared("cases2/README.md", "files of TensorFlow and TFLite", () => {
  it.each<string>([
    "09_tflite_reshape_rank2/reshape.tflite",
    "10_tflite_bias_axis/bias_axis3.tflite",
    "11_tflite_sparse/sparse.tflite",
    "12_tf1_dropout/keep_prob.pb",
    "12_tf1_dropout/with_default.pb",
    "13_tf1_phase_train/phase_train.pb",
    "14_tf1_detector/nms.pb",
    "14_tf1_detector/tf1_map.pb",
    "17_tensorflow_ops/bicubic_sm",
    "17_tensorflow_ops/cond.tflite",
    "17_tensorflow_ops/cond_sm",
    "17_tensorflow_ops/crop_and_resize_sm",
    "17_tensorflow_ops/cumsum.tflite",
    "17_tensorflow_ops/cumsum_sm",
    "17_tensorflow_ops/einsum_sm",
    "17_tensorflow_ops/gather_nd.tflite",
    "17_tensorflow_ops/gather_nd_sm",
    "17_tensorflow_ops/one_hot.tflite",
    "17_tensorflow_ops/one_hot_sm",
    "17_tensorflow_ops/scatter_nd.tflite",
    "17_tensorflow_ops/scatter_nd_sm",
    "17_tensorflow_ops/symmetric_pad.tflite",
    "17_tensorflow_ops/symmetric_pad_sm",
    "19_tflite_dilated_free_size/dilated.tflite",
  ])("%s", async (file) => {
    await expectCase(file, undefined, /bias_axis/.test(file) ? 1 / 256 : 1e-5);
  });
});
