import { describe, expect, it } from "vitest";
import { Model } from "../../api/model.ts";
import { noiseFeeds } from "../../model/photo/noise-input.ts";
import { runtime } from "../../runtime/node/index.ts";
import { networkKinds } from "../../../test/network-kinds.ts";
import { ablateView } from "./ablate-view.ts";
import { parseScaledUnits } from "./scaled-network.ts";

const open = async () =>
  new Model({ network: await networkKinds[0]!.open() }, runtime, { threads: 1 });

describe("units made weaker or stronger", () => {
  it("by default the strongest is muted, and its score is that of the list", async () => {
    const model = await open();
    const seen = await model.view(ablateView, noiseFeeds(model.network, 2), { layer: "conv2d_1" });
    const [layer] = seen.result.layers;
    const { units, score } = layer!.changed!;
    expect(units).toEqual([{ unit: layer!.order[0], factor: 0 }]);
    expect(score).toBeCloseTo(layer!.scores[layer!.order[0]!]!, 5);
    expect(seen.words.lines.join("\n")).toMatch(/unit \d+ muted the score goes from/);
    await model.dispose();
  });

  it("score and Grad-CAM answer, and a factor of 1 changes nothing", async () => {
    const model = await open();
    const photo = noiseFeeds(model.network, 2);
    const before = await model.predict(photo);
    const changed = async (boost: string) => {
      const { result } = await model.view(ablateView, photo, { layer: "conv2d", boost });
      return { ...result.layers[0]!.changed!, own: result.target.score };
    };
    const same = await changed("0=1,2=1");
    expect(same.score).toBe(same.own);
    expect(same.maps!.after.values).toEqual(same.maps!.before.values);
    expect(same.agreement!.rankCorrelation).toBeCloseTo(1, 6);
    const other = await changed("0=3,2=0");
    expect(other.score).not.toBe(other.own);
    expect(other.maps!.after.values).not.toEqual(other.maps!.before.values);
    expect((await model.predict(photo)).data).toEqual(before.data);
    await expect(changed("17=2")).rejects.toThrow("has units 0 to 3, and 17 is none of them");
    await model.dispose();
  });

  it("reads units and factors, and says how they are written", () => {
    expect(parseScaledUnits("17=0, 5=2.5")).toEqual([
      { unit: 17, factor: 0 },
      { unit: 5, factor: 2.5 },
    ]);
    expect(() => parseScaledUnits("17")).toThrow("expected units and factors, as 17=0,5=2");
  });
});
