import type { Call, KerasModel, Layer, Ref } from "../model.ts";
import type { NetworkLayer, Unavailable } from "../network.ts";

/** What of a model's calls cannot be run, and the outputs that are lost by it. */
export interface LeftOutCalls {
  /** Numbers of the model's outputs. */
  outputs: ReadonlySet<number>;
}

/**
 * Takes the calls out of a model that cannot be run: those of layers that are not known, and those that
 * need what they make. They are kept as `model.leftOut`. Outputs that are lost go; where none is left, the
 * last tensors before take their place.
 */
export function leaveOut(model: KerasModel): void {
  const lost = cut(model);
  if (lost.outputs.size > 0) loseOutputs(model, lost);
  if (model.leftOut!.length > 0) dropInputs(model);
}

function loseOutputs(model: KerasModel, lost: LeftOutCalls): void {
  const lostNames = [...lost.outputs].map((i) => model.outputs[i]!.layer.name);
  const kept = model.outputs.filter((_, i) => !lost.outputs.has(i));
  model.outputs = kept.length > 0 ? kept : lastBefore(model);
  model.lostOutputs = lostNames;
}

/** Inputs that only what is left out reads are asked of nobody. */
function dropInputs(model: KerasModel): void {
  const refs = [...model.calls.flatMap(({ inputs }) => inputs), ...model.outputs];
  const read = new Set(refs.map(({ layer }) => layer));
  const kept = model.inputs.filter(({ layer }) => read.has(layer));
  if (kept.length === 0 || kept.length === model.inputs.length) return;
  const gone = new Set(model.inputs.map(({ layer }) => layer).filter((layer) => !read.has(layer)));
  model.inputs = kept;
  model.calls = model.calls.filter(({ layer }) => !gone.has(layer));
  const why = "what reads it is not run, so that nothing has to be given for it";
  for (const layer of gone)
    model.leftOut!.push({
      call: { layer, index: 0, inputs: [], kwargs: {} },
      unavailable: { why, needs: [] },
    });
}

const key = ({ layer, call }: { layer: Layer; call: number }): string => `${call}:${layer.name}`;

/** The calls that can be run stay, in a model inside too. */
function cut(model: KerasModel, seen = new Map<KerasModel, LeftOutCalls>()): LeftOutCalls {
  const known = seen.get(model);
  if (known) return known;
  /** The reason by tensor; `*` stands for every output of a call. */
  const lost = new Map<string, { why: string; address: string }>();
  const lossOf = (ref: Ref) => lost.get(`${key(ref)}:${ref.output}`) ?? lost.get(`${key(ref)}:*`);
  model.leftOut = [];
  const kept: Call[] = [];
  for (const call of model.calls) {
    const { layer } = call;
    const needs = call.inputs.flatMap((ref) => lossOf(ref) ?? []);
    const inner = layer.model && cut(layer.model, seen);
    const wraps = layer.definition !== undefined && (layer.model?.leftOut?.length ?? 0) > 0;
    const own =
      layer.unavailable ?? (wraps ? layer.model!.leftOut![0]!.unavailable.why : undefined);
    const why = own ?? needs[0]?.why;
    if (why === undefined) {
      kept.push(call);
      for (const output of inner?.outputs ?? [])
        lost.set(`${key({ layer, call: call.index })}:${output}`, {
          why: layer.model!.leftOut![0]!.unavailable.why,
          address: layer.name,
        });
      continue;
    }
    const addresses = own === undefined ? needs.map(({ address }) => address) : [];
    model.leftOut.push({ call, unavailable: { why, needs: [...new Set(addresses)] } });
    lost.set(`${key({ layer, call: call.index })}:*`, { why, address: layer.name });
  }
  model.calls = kept;
  const outputs = new Set(model.outputs.flatMap((ref, i) => (lossOf(ref) ? [i] : [])));
  const result = { outputs };
  seen.set(model, result);
  return result;
}

/** The tensors that the calls which are left out would have read, the inputs aside. */
function lastBefore(model: KerasModel): Ref[] {
  const gone = new Set(
    model.leftOut!.map(({ call }) => key({ layer: call.layer, call: call.index })),
  );
  const inputs = new Set(model.inputs.map(({ layer }) => layer));
  const read = model.leftOut!.flatMap(({ call }) => call.inputs);
  const found = new Map<string, Ref>();
  for (const ref of read)
    if (!gone.has(key(ref)) && !inputs.has(ref.layer)) found.set(`${key(ref)}:${ref.output}`, ref);
  return [...found.values()];
}

/**
 * A layer that cannot be run, as the network lists it.
 *
 * @param place address of the model that it is in: `base/`
 */
export const leftOutLayer = (
  layer: Layer,
  { why, needs }: Unavailable,
  place: string,
  inbound: string[],
): NetworkLayer => ({
  address: place + layer.name,
  className: layer.sourceClass ?? layer.className,
  kind: layer.definition?.kind ?? "other",
  ...(layer.definition?.facts && { facts: layer.definition.facts }),
  inbound,
  reads: [],
  outputs: [],
  weights: [],
  parameters: { trainable: 0, fixed: 0 },
  unavailable: { why, needs: needs.map((name) => place + name) },
  config: layer.config,
});
