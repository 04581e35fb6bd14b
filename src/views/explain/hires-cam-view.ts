import { defineGradientCam } from "./gradient-cam.ts";

export const hiresCamView = defineGradientCam({
  id: "hires-cam",
  title: "HiResCAM",
  family: "activation",
  array: "hirescam",
  summary:
    "What each place of the layer adds to the score, where the rest of the network is linear",
  paper: "Draelos, Carin 2020, arXiv:2011.08891",
  formula: "sum over c of ds/dA_c * A_c, place by place",
  pitfall: "It is exact only where nothing but linear layers follow.",
  asks: {},
  write: ({ f, maps, slopes, channels }) => ({
    raw: f.sum(f.mul(slopes, maps), [channels], false),
  }),
});
