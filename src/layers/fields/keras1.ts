/** The names that Keras 1 had for today's keys, where a key means the same in every class. */
const common: Readonly<Record<string, string>> = {
  init: "kernel_initializer",
  inner_init: "recurrent_initializer",
  inner_activation: "recurrent_activation",
  bias: "use_bias",
  border_mode: "padding",
  dim_ordering: "data_format",
  nb_filter: "filters",
  subsample: "strides",
  atrous_rate: "dilation_rate",
  W_regularizer: "kernel_regularizer",
  U_regularizer: "recurrent_regularizer",
  b_regularizer: "bias_regularizer",
  W_constraint: "kernel_constraint",
  U_constraint: "recurrent_constraint",
  b_constraint: "bias_constraint",
  dropout_W: "dropout",
  dropout_U: "recurrent_dropout",
  gamma_init: "gamma_initializer",
  beta_init: "beta_initializer",
  pool_length: "pool_size",
  stride: "strides",
  filter_length: "kernel_size",
  subsample_length: "strides",
};

const dataFormats: Readonly<Record<string, string>> = {
  tf: "channels_last",
  th: "channels_first",
};

/**
 * Renames the keys of a Keras 1 configuration.
 *
 * @param own names that hold for one class only: `{ output_dim: "units" }`
 *
 * Source: the conversion table of Keras 2, https://github.com/keras-team/keras/blob/2.15.0/keras/legacy
 * (removed later), and the signatures of Keras 1.2.2.
 */
export function renameKeras1(
  config: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const name = own[key] ?? (Object.hasOwn(common, key) ? common[key]! : key);
      return [name, convertValue(name, value)];
    }),
  );
}

/** `nb_row` and `nb_col`, or `kernel_dim1` to 3, as one `kernel_size`. */
export function kernelSizeFromKeras1(config: Record<string, unknown>): Record<string, unknown> {
  const { nb_row, nb_col, kernel_dim1, kernel_dim2, kernel_dim3, ...rest } = config;
  if (nb_row !== undefined) return { ...rest, kernel_size: [nb_row, nb_col] };
  if (kernel_dim1 !== undefined)
    return { ...rest, kernel_size: [kernel_dim1, kernel_dim2, kernel_dim3] };
  return rest;
}

function convertValue(key: string, value: unknown): unknown {
  if (key === "data_format")
    return typeof value === "string" ? (dataFormats[value] ?? null) : value;
  const isObject = /_(regularizer|constraint)$/.test(key);
  return isObject && typeof value === "object" && value !== null ? convertObject(value) : value;
}

/**
 * `{ name: "WeightRegularizer", l1, l2 }` as `{ class_name: "L1L2", config: { l1, l2 } }`,
 * `{ name: "MaxNorm", m, axis }` as `{ class_name: "MaxNorm", config: { max_value, axis } }`.
 */
function convertObject(value: object): unknown {
  const { name, m, ...config } = value as Record<string, unknown>;
  if (typeof name !== "string") return value;
  return {
    class_name: /^(Weight|Activity)Regularizer$/.test(name) ? "L1L2" : name,
    config: { ...config, ...(m !== undefined && { max_value: m }) },
  };
}
