import { pushAll } from "../../base/extremes.ts";
import type { Penalty } from "../../training/regularizers.ts";
import { GraphBuilder } from "../../graph/builder.ts";
import type { Graph } from "../../graph/graph.ts";
import { writeOnnx } from "../../graph/protobuf/write.ts";
import type { JobUpdate } from "./job.ts";
import { type FlatPart, shareOf } from "../step/flat-weights.ts";
import type { TrainingPlan } from "../compile/plan.ts";
import { type UpdateItem, buildUpdateGraph, updateNames as names } from "../step/update-graph.ts";

/** A stretch of the vector of all weights that is updated as one. */
interface Piece extends UpdateItem {
  start: number;
  size: number;
}

/**
 * Divides the update among workers. Where it is elementwise, each takes an equal share of the vector
 * of all weights; where gradients are cut by a norm, or weights are constrained, which spans whole weights,
 * the first takes all.
 *
 * @returns by worker; undefined for one that has nothing to update
 */
export function planUpdates(
  plan: TrainingPlan,
  parts: readonly FlatPart[],
  workers: number,
): (JobUpdate | undefined)[] {
  const { norm, globalNorm } = plan.optimizer.clipping;
  const planned = (part: FlatPart) => plan.weights.get(part.address)!;
  const isConstrained = parts.some((part) => planned(part).constraint !== null);
  const isElementwise = norm === null && globalNorm === null && !isConstrained;
  const length = parts.reduce((sum, { size }) => sum + size, 0);
  const penaltyOf = (part: FlatPart) => planned(part).penalty;
  const whole = (part: FlatPart): Piece => {
    const { penalty, constraint } = planned(part);
    return { ...part, name: part.address, penalty, constraint };
  };
  return Array.from({ length: workers }, (_, worker) => {
    const pieces = isElementwise
      ? stretches(parts, penaltyOf, shareOf(length, worker, workers))
      : worker === 0
        ? parts.map(whole)
        : [];
    return pieces.length === 0 ? undefined : jobUpdate(plan, pieces, workers);
  });
}

/** The weights in a range, neighbours of equal penalty as one. */
function stretches(
  parts: readonly FlatPart[],
  penaltyOf: (part: FlatPart) => Penalty,
  [from, to]: readonly [number, number],
): Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) {
    const start = Math.max(from, part.start);
    const size = Math.min(to, part.start + part.size) - start;
    if (size <= 0) continue;
    const penalty = penaltyOf(part);
    const last = pieces.at(-1);
    if (last?.penalty.l1 === penalty.l1 && last.penalty.l2 === penalty.l2) last.size += size;
    else pieces.push({ name: `piece${pieces.length}`, shape: [], penalty, start, size });
  }
  return pieces.map((piece) => ({ ...piece, shape: [piece.size] }));
}

function jobUpdate(plan: TrainingPlan, pieces: readonly Piece[], workers: number): JobUpdate {
  const { optimizer } = plan;
  const graph = buildUpdateGraph(optimizer, pieces);
  addSums(graph, pieces, workers);
  return {
    graph: writeOnnx(graph),
    scalars: Object.fromEntries(optimizer.scalarNames.map((name) => [name, names.scalar(name)])),
    pieces: pieces.map(({ name, start, size, shape }) => ({
      start,
      size,
      shape,
      weight: names.weight(name),
      newWeight: names.newWeight(name),
      gradients: Array.from({ length: workers }, (_, worker) => partName(name, worker)),
      slots: optimizer.slots.map((slot) => ({
        name: slot.name,
        input: names.slot(name, slot.name),
        output: names.newSlot(name, slot.name),
        initial: slot.initial,
      })),
    })),
  };
}

const partName = (piece: string, worker: number) => `${names.gradient(piece)}:${worker}`;

/** Makes each gradient, an input of the update graph, the sum of one input for each worker. */
function addSums(graph: Graph, pieces: readonly Piece[], workers: number): void {
  const gradients = new Set(pieces.map(({ name }) => names.gradient(name)));
  graph.inputs = graph.inputs.filter((input) => !gradients.has(input.name));
  const behind = graph.nodes.splice(0);
  const b = new GraphBuilder(graph);
  for (const { name, shape } of pieces) {
    const parts = Array.from({ length: workers }, (_, worker) =>
      b.input(partName(name, worker), shape),
    );
    b.op(workers === 1 ? "Identity" : "Sum", parts, {}, { outputs: [names.gradient(name)] });
  }
  pushAll(graph.nodes, behind);
}
