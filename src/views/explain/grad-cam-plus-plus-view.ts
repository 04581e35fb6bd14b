import { epsilonField } from "./grad-cam-view.ts";
import { defineGradientCam } from "./gradient-cam.ts";

export const gradCamPlusPlusView = defineGradientCam({
  id: "grad-cam-plus-plus",
  title: "Grad-CAM++",
  family: "activation",
  array: "gradcam_plus_plus",
  summary: "Grad-CAM with places weighted too, so that several objects of a class all show",
  paper: "Chattopadhyay, Sarkar, Howlader, Balasubramanian 2017, arXiv:1710.11063",
  formula:
    "w_c = sum over places of max(G, 0) alpha, alpha = G^2 / (2 G^2 + (sum of A_c) G^3 + epsilon), 0 where G = 0",
  pitfall: "Where gradients are small the epsilon decides; --epsilon 0 shows how much.",
  asks: { epsilon: epsilonField(1e-6) },
  suffix: ({ epsilon }) => (epsilon === 0 ? "_eps0" : ""),
  write({ f, maps, slopes, channels, places }, { epsilon }) {
    const squares = f.mul(slopes, slopes);
    const cubes = f.mul(squares, slopes);
    // Axis by axis: a sum of sums rounds less than one of all places, and here it is divided by.
    const total = (value: string) => places.reduceRight((sum, axis) => f.sum(sum, [axis]), value);
    const denominator = f.add(f.add(f.mul(squares, 2), f.mul(total(maps), cubes)), epsilon);
    const flat = f.equal(slopes, 0);
    const alpha = f.where(flat, 0, f.div(squares, f.where(flat, 1, denominator)));
    const weights = total(f.mul(f.apply("Relu", slopes), alpha));
    return { raw: f.sum(f.mul(weights, maps), [channels], false), weights };
  },
});
