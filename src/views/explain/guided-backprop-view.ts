import { guidedBackpropagation } from "../../gradient/rule-sets.ts";
import { defineRectifiedGradient } from "./rectified-gradient.ts";

export const guidedBackpropView = defineRectifiedGradient(
  {
    id: "guided-backprop",
    title: "Guided backpropagation",
    family: "gradient",
    summary:
      "The gradient along paths that only ever help: sharp outlines of what excites the network",
    paper: "Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806",
    formula: "ds/dx, with g * [x > 0] * [g > 0] at every ReLU",
  },
  guidedBackpropagation,
  "guided_backprop",
);
