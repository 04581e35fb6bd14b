import { deconvnet } from "../../gradient/rule-sets.ts";
import { defineRectifiedGradient } from "./rectified-gradient.ts";

export const deconvnetView = defineRectifiedGradient(
  {
    id: "deconvnet",
    title: "Deconvnet",
    family: "gradient",
    summary:
      "The score projected back to pixels, with ReLUs on the way back instead of the way there",
    paper: "Zeiler, Fergus 2013, arXiv:1311.2901",
    formula: "ds/dx, with max(g, 0) at every ReLU",
  },
  deconvnet,
  "deconvnet",
);
