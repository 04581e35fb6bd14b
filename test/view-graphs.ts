import type { ViewExport } from "../src/formats/onnx/export-view.ts";
import { findValue } from "../src/model/target/find-value.ts";
import { type GradientQuery, seedAt } from "../src/model/gradients/gradient-query.ts";
import type { Network } from "../src/model/network.ts";
import type { AnyView } from "../src/views/define-view.ts";
import { residualLayers, smallNetwork } from "./small-models.ts";

/** A small network and a view of it that is a graph: what `fixtures/view-graphs.ts` writes. */
export function gradCamView(): { network: Network; view: ViewExport } {
  const network = { ...smallNetwork(residualLayers), labels: ["ant", "bee", "cow"] };
  const notes = { method: "grad-cam", target: "class:2", layer: "sum_act" };
  return { network, view: { query: gradCam(network, "sum_act", 2), names: ["grad-cam"], notes } };
}

/** What is asked of each view that is written as a graph of that network. */
export const exportedAsks = ({ asks }: AnyView): Record<string, unknown> => ({
  target: "class:cow",
  ...("layer" in asks && { layer: "conv" }),
});

/** Grad-CAM of a class at a layer. */
function gradCam(network: Network, layer: string, unit: number): GradientQuery {
  const { value } = findValue(network, layer);
  return {
    of: [{ value: findValue(network, "classes_pre").value, seed: seedAt([unit]) }],
    wrt: [value],
    values: [value],
    then: {
      name: "grad-cam",
      write: ({ f, gradients: [slopes], values: [maps] }) => [
        f.apply("Relu", f.sum(f.mul(f.mean(slopes!, [2, 3]), maps!), [1], false)),
      ],
    },
  };
}
