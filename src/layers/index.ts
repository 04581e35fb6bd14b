import {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from "./pooling/adaptive-pooling.ts";
import { activation } from "./activation/activation.ts";
import { customScaleLayer, layerScale, stochasticDepth } from "./core/applications.ts";
import { additiveAttention, attention } from "./attention/attention.ts";
import {
  randomElasticTransform,
  randomFlip,
  randomPerspective,
  randomRotation,
  randomShear,
  randomTranslation,
  randomZoom,
} from "./preprocessing/augmentation.ts";
import { batchNormalization } from "./normalization/batch-normalization.ts";
import {
  autoContrast,
  equalization,
  randomBrightness,
  randomColorDegeneration,
  randomColorJitter,
  randomContrast,
  randomGrayscale,
  randomHue,
  randomInvert,
  randomPosterization,
  randomSaturation,
  randomSharpness,
  solarization,
} from "./preprocessing/color-augmentation.ts";
import { conv1dTranspose, conv2dTranspose, conv3dTranspose } from "./convolution/conv-transpose.ts";
import { conv1d, conv2d, conv3d } from "./convolution/conv.ts";
import { cropping1d, cropping2d, cropping3d } from "./reshaping/cropping.ts";
import type { LayerDefinition } from "./define-layer.ts";
import { dense } from "./core/dense.ts";
import { depthwiseConv1d, depthwiseConv2d } from "./convolution/depthwise-conv.ts";
import { dot } from "./merging/dot.ts";
import {
  alphaDropout,
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from "./regularization/dropout.ts";
import { einsumDense } from "./core/einsum-dense.ts";
import { embedding } from "./core/embedding.ts";
import { normalization } from "./preprocessing/feature-normalization.ts";
import { flatten } from "./reshaping/flatten.ts";
import {
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./pooling/global-pooling.ts";
import { inputLayer } from "./core/input-layer.ts";
import { locallyConnected1d, locallyConnected2d } from "./convolution/locally-connected.ts";
import { masking } from "./core/masking.ts";
import { merge } from "./merging/merge-keras1.ts";
import {
  add,
  average,
  concatenate,
  maximum,
  minimum,
  multiply,
  subtract,
} from "./merging/merge.ts";
import {
  augMix,
  cutMix,
  mixUp,
  randomErasing,
  randomGaussianBlur,
} from "./preprocessing/mixing-augmentation.ts";
import { groupQueryAttention, multiHeadAttention } from "./attention/multi-head-attention.ts";
import {
  activityRegularization,
  addLoss,
  addMetric,
  gaussianDropout,
  gaussianNoise,
  identity,
} from "./regularization/noise.ts";
import {
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNormalization,
} from "./normalization/normalization-layers.ts";
import {
  findOperation,
  slicingOpLambda,
  tensorFlowOpLayer,
  tfOpLambda,
} from "./operations/operation-layers.ts";
import { permute } from "./reshaping/permute.ts";
import {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from "./pooling/pooling.ts";
import { prelu } from "./activation/prelu.ts";
import { elu, leakyRelu, relu, thresholdedRelu } from "./activation/rectifiers.ts";
import { bidirectional } from "./recurrent/bidirectional.ts";
import { convLstm1d, convLstm2d, convLstm3d } from "./recurrent/conv-lstm.ts";
import { gru, lstm, simpleRnn } from "./recurrent/recurrent.ts";
import { randAugment } from "./preprocessing/rand-augment.ts";
import { rnn } from "./recurrent/rnn.ts";
import { findLayerClass, registerLayer } from "./registry.ts";
import { repeatVector } from "./reshaping/repeat-vector.ts";
import { rescaling } from "./preprocessing/rescaling.ts";
import { reshape } from "./reshaping/reshape.ts";
import { categoryEncoding, discretization, integerLookup } from "./preprocessing/categories.ts";
import { centerCrop, randomCrop, resizing } from "./preprocessing/resizing.ts";
import { separableConv1d, separableConv2d } from "./convolution/separable-conv.ts";
import { softmax } from "./activation/softmax.ts";
import { spectralNormalization } from "./normalization/spectral-normalization.ts";
import { stftSpectrogram } from "./preprocessing/stft-spectrogram.ts";
import { timeDistributed } from "./recurrent/time-distributed.ts";
import { upSampling1d, upSampling2d, upSampling3d } from "./reshaping/upsampling.ts";
import { zeroPadding1d, zeroPadding2d, zeroPadding3d } from "./reshaping/zero-padding.ts";

export { registerLayer };

/**
 * Every layer class that striate knows, by the name that its creation function has in TypeScript. A
 * new layer is one more line here.
 */
export const definitions = {
  inputLayer,
  // Convolutions
  conv1d,
  conv2d,
  conv3d,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
  separableConv1d,
  separableConv2d,
  depthwiseConv1d,
  depthwiseConv2d,
  locallyConnected1d,
  locallyConnected2d,
  // Pooling
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  // Dense
  dense,
  einsumDense,
  embedding,
  // Shape
  flatten,
  reshape,
  permute,
  repeatVector,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
  cropping1d,
  cropping2d,
  cropping3d,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  // Activations
  activation,
  relu,
  leakyRelu,
  prelu,
  elu,
  thresholdedRelu,
  softmax,
  // Normalization
  batchNormalization,
  layerNormalization,
  groupNormalization,
  rmsNormalization,
  unitNormalization,
  spectralNormalization,
  // Regularization
  dropout,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
  alphaDropout,
  gaussianNoise,
  gaussianDropout,
  activityRegularization,
  addLoss,
  addMetric,
  masking,
  identity,
  // Of keras.applications
  layerScale,
  stochasticDepth,
  customScaleLayer,
  // Merging
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  dot,
  merge,
  // Sequences
  simpleRnn,
  lstm,
  gru,
  rnn,
  convLstm1d,
  convLstm2d,
  convLstm3d,
  bidirectional,
  timeDistributed,
  // Attention
  attention,
  additiveAttention,
  multiHeadAttention,
  groupQueryAttention,
  // Preprocessing
  categoryEncoding,
  discretization,
  integerLookup,
  rescaling,
  normalization,
  resizing,
  centerCrop,
  randomCrop,
  randomFlip,
  randomRotation,
  randomZoom,
  randomTranslation,
  randomContrast,
  randomBrightness,
  randomShear,
  randomPerspective,
  randomElasticTransform,
  randomErasing,
  randomGaussianBlur,
  randomGrayscale,
  randomHue,
  randomSaturation,
  randomSharpness,
  randomInvert,
  randomPosterization,
  randomColorDegeneration,
  randomColorJitter,
  solarization,
  autoContrast,
  equalization,
  mixUp,
  cutMix,
  augMix,
  randAugment,
  stftSpectrogram,
};

/** Classes that only files have: Keras makes them of expressions. */
const fromExpressions = [tfOpLambda, slicingOpLambda, tensorFlowOpLayer];

for (const definition of [...Object.values(definitions), ...fromExpressions])
  registerLayer(definition as unknown as LayerDefinition);

/**
 * The definition of a Keras layer class, by any of its names; also with the package in front under which
 * its author registered it, `Custom>CustomScaleLayer`.
 *
 * @param className `Add` is the layer that takes a list of tensors, `ops.Add` the operation `x1 + x2`,
 *   which a Keras 3 file tells apart by its module
 */
export function findLayer(className: string): LayerDefinition | undefined {
  const operation = className.replace(/^ops\./, "");
  if (operation !== className) return findOperation(operation);
  const plain = className.replace(/^.*>/, "");
  return findLayerClass(className) ?? findLayerClass(plain) ?? findOperation(className);
}
