/**
 * How Keras lays out the state of its optimizers. The state of a weight is one array for each slot;
 * the arrays of slots that are made together stand side by side, those of others in blocks of their
 * own: Adam has `m0 v0 m1 v1 ... vhat0 vhat1 ...`.
 *
 * Source: `build` of the classes in keras/src/optimizers
 */
export interface SlotLayout {
  /** Slots by Keras 3's names, grouped by what is made together. */
  groups: readonly (readonly string[])[];
}

/** The slots that an optimizer with this configuration has; undefined for a class that is not known. */
export function slotLayout(
  className: string,
  config: Readonly<Record<string, unknown>>,
): SlotLayout | undefined {
  const when = (key: string, ...slots: string[]) => (config[key] ? [slots] : []);
  switch (className) {
    case "Adam":
    case "AdamW":
      return { groups: [["momentum", "velocity"], ...when("amsgrad", "velocity_hat")] };
    case "Nadam":
      return { groups: [["momentum", "velocity"]] };
    case "RMSprop":
      return {
        groups: [
          ["velocity"],
          ...when("momentum", "momentum"),
          ...when("centered", "average_gradient"),
        ],
      };
    case "SGD":
      return { groups: when("momentum", "momentum") };
    case "Adagrad":
      return { groups: [["accumulator"]] };
    default:
      return undefined;
  }
}

/** Keras 2's names of slots, as Keras 3 calls them. */
export const slotNames: Readonly<Record<string, string>> = {
  m: "momentum",
  v: "velocity",
  vhat: "velocity_hat",
  rms: "velocity",
  mg: "average_gradient",
  momentum: "momentum",
  velocity: "velocity",
  velocity_hat: "velocity_hat",
  average_gradient: "average_gradient",
  accumulator: "accumulator",
};
