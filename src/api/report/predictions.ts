import { type Prediction, readPrediction } from "../../model/head/prediction.ts";
import { toUser } from "../../model/network.ts";
import type { RunningNetwork } from "../../model/running.ts";
import { type Subjects, type Takes, photosOf } from "../../views/subject.ts";

/** What the network says of each photo that a view looked at; a network without outputs says nothing. */
export async function predictionsOf(
  running: RunningNetwork,
  subject: Subjects[Takes],
): Promise<(Prediction | undefined)[]> {
  const { network } = running;
  const ports = network.outputs;
  const found: (Prediction | undefined)[] = [];
  for (const { inputs, labels } of photosOf(subject)) {
    const values = await running.run(
      inputs,
      ports.map(({ value }) => value),
    );
    const outputs = values.map((value, i) => toUser(value, ports[i]!));
    found.push(readPrediction(network, outputs, labels));
  }
  return found;
}
