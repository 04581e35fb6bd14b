import type { Network } from "../../model/network.ts";
import { photoInput } from "../../model/photo/photo-input.ts";
import { prepareDecoded } from "../../model/photo/prepare-photo.ts";
import type { RunningNetwork } from "../../model/running.ts";
import type { PhotoSubject } from "../subject.ts";

/** Another network on the same engine, with the same photos as it wants them. */
export function otherSide(
  running: RunningNetwork,
  network: Network,
  photos: readonly PhotoSubject[],
): { running: RunningNetwork; photos: readonly PhotoSubject[] } {
  const own = withLabels(network, running.network);
  return {
    running: running.alike(own),
    photos: photos.map((photo) => preparedFor(own, photo)),
  };
}

/** A file without names of classes is taken to have those of the other one. */
const withLabels = (network: Network, other: Network): Network =>
  network.labels || !other.labels ? network : { ...network, labels: other.labels };

/**
 * As the other network's file says, but for what the caller chose for both. A photo that comes as tensors, or
 * whose preparation nobody says, stays as it is.
 */
function preparedFor(network: Network, subject: PhotoSubject): PhotoSubject {
  if (!subject.photo) return byOrder(network, subject);
  const prepared = prepareDecoded(network, subject.photo, subject.choice);
  const { port } = photoInput(network);
  const [value] = Object.values(subject.inputs);
  const sameSize = prepared.feeds[port.name]!.shape.join() === value?.shape.join();
  if (prepared.scaleFrom === "default" && sameSize) return byOrder(network, subject);
  const { feeds: inputs, words: preparation, photo, place } = prepared;
  return { ...subject, inputs, preparation, photo, place };
}

/** Inputs bear other names in another file; their order is the same. */
function byOrder(network: Network, subject: PhotoSubject): PhotoSubject {
  const values = Object.values(subject.inputs);
  const inputs = Object.fromEntries(
    network.inputs.flatMap(({ name }, i) => {
      const value = subject.inputs[name] ?? values[i];
      return value ? [[name, value] as const] : [];
    }),
  );
  return { ...subject, inputs };
}
