import { defineGradientCam } from "./gradient-cam.ts";

export const layerCamView = defineGradientCam({
  id: "layer-cam",
  title: "LayerCAM",
  family: "activation",
  array: "layercam",
  summary: "Each place weighted by its own gradient: fine maps, at shallow layers too",
  paper: "Jiang, Zhang, Hou, Cheng, Wei 2021, IEEE TIP 30, LayerCAM",
  formula: "sum over c of max(ds/dA_c, 0) A_c",
  pitfall: "It shows what speaks for the target only, never what speaks against it.",
  asks: {},
  write: ({ f, maps, slopes, channels }) => ({
    raw: f.sum(f.mul(f.apply("Relu", slopes), maps), [channels], false),
  }),
});
