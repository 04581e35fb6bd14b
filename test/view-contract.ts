import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { StriateError } from "../src/base/errors.ts";
import { parseFields } from "../src/base/fields.ts";
import { Random } from "../src/base/random.ts";
import { type Tensor, toNumbers } from "../src/base/tensor.ts";
import { Model } from "../src/api/model.ts";
import { photoSubject } from "../src/api/view-subject.ts";
import type { Network } from "../src/model/network.ts";
import { noiseFeeds, noiseImage } from "../src/model/photo/noise-input.ts";
import { photoInput } from "../src/model/photo/photo-input.ts";
import { RunningNetwork } from "../src/model/running.ts";
import { runtime } from "../src/runtime/node/index.ts";
import { allViews } from "../src/views/all-views.ts";
import { viewContext } from "../src/views/context.ts";
import type { AnyView } from "../src/views/define-view.ts";
import { type Seen, runView } from "../src/views/run-view.ts";
import { type PhotoSubject, type Subjects, type Takes, photosOf } from "../src/views/subject.ts";
import type { Fields } from "../src/base/fields.ts";
import type { NetworkKind } from "./network-kinds.ts";

/** A picture of the network's own input size where it takes one, else tensors of noise. */
function subjectFor(network: Network): PhotoSubject {
  const model = new Model({ network }, runtime);
  try {
    const { size = [16, 16] } = photoInput(network);
    const image = noiseImage(size[0] + 4, size[1] + 9, new Random(3));
    return photoSubject(model, image, { name: "noise" });
  } catch {
    return { name: "noise", inputs: noiseFeeds(network, 3), preparation: "noise, seed 3" };
  }
}

function subjectsFor(running: RunningNetwork): Subjects {
  const photo = subjectFor(running.network);
  const side = { name: "same.keras", running, photo };
  return {
    photo,
    "maybe-photo": photo,
    photos: [photo, { ...photo, name: "again" }],
    network: undefined,
    pair: { a: side, b: { ...side, name: "other.keras" } },
    dataset: {
      name: "noise",
      length: 2,
      async *photos() {
        for (const label of [0, 1]) yield await Promise.resolve({ ...photo, label });
      },
    },
  };
}

/** The fewest steps that a view can do: a field that counts something is set low. */
function cheapAsks(view: AnyView): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(view.asks).flatMap(([key, { kind, fallback, min }]) =>
      kind === "integer" && typeof fallback === "number" && fallback > 8
        ? [[key, Math.max(min ?? 0, 4)]]
        : [],
    ),
  );
}

type AnySeen = Seen<Takes, Fields, Fields, unknown>;

export const runOn = (
  view: AnyView,
  running: RunningNetwork,
  subjects: Subjects,
): Promise<AnySeen> =>
  runView(view, viewContext(running, { seed: 5, memory: 2 ** 24 }), subjects[view.takes], {
    ...cheapAsks(view),
  });

/**
 * Runs every view on a kind of network: finite results of the right size, or the sentence why not.
 *
 * @param tooLong views that run the network so often that nobody waits for it, which are skipped with a line
 */
export function describeViews(kind: NetworkKind, tooLong: readonly string[] = []): void {
  describe(kind.name, () => {
    const opened = openKind(kind);

    it.skip.each(tooLong)("%s: skipped, it runs a network of this size too often", () => undefined);
    it.each(
      allViews.filter(({ id }) => !tooLong.includes(id)).map((view) => [view.id, view] as const),
    )("%s", async (_id, view) => {
      const { running, subjects } = await opened;
      const before = copyOf(subjects.photo.inputs);
      const seen = await runOn(view, running, subjects).catch((error: unknown) => error);
      expect(copyOf(subjects.photo.inputs), "the inputs are as they were").toEqual(before);
      if (seen instanceof Error) {
        expectSentence(seen, kind);
        return;
      }
      expectWhole(seen as AnySeen);
      const again = await runOn(view, running, subjects);
      expect(bytesOf(again.arrays()), "one seed, one result").toEqual(
        bytesOf((seen as AnySeen).arrays()),
      );
      expect(again.words).toEqual((seen as AnySeen).words);
    });
  });
}

export async function openKind(kind: NetworkKind) {
  const running = new RunningNetwork(await kind.open(), runtime, { threads: 1 });
  return { running, subjects: subjectsFor(running) };
}

/** A view that cannot see a network says what it needs, in words of the user. */
function expectSentence(error: unknown, kind: NetworkKind): void {
  expect(error, `${kind.name}: ${String(error)}`).toBeInstanceOf(StriateError);
  const { message } = error as StriateError;
  expect(message.length).toBeGreaterThan(20);
  expect(message).not.toMatch(/undefined|\[object|NaN|non-zero status code/);
}

function expectWhole(seen: AnySeen): void {
  const { view, words } = seen;
  expect(words.caption).toMatch(/\S.*\.$/s);
  expect(words.lines.length).toBeGreaterThan(0);
  const said = [words.caption, ...words.lines].join("\n");
  expect(said).not.toMatch(/undefined|\[object/);
  const target = (seen.asks as { target?: unknown }).target;
  if (target !== undefined) expect(said, "the target is named").toMatch(/class|logit|unit|layer/);
  expect(() => JSON.stringify(seen.json), "the report is plain data").not.toThrow();
  expect(JSON.stringify(seen.json)).toBeDefined();
  for (const [name, value] of seen.arrays()) {
    expect(name).toMatch(/^[^\u0000-\u001f\\]+$/);
    expect(name).not.toMatch(/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/);
    const size = value.shape.reduce((product, length) => product * length, 1);
    expect(value.data.length, name).toBe(size);
    expect(size, `${name} holds something`).toBeGreaterThan(0);
    expect(toNumbers(value).every(Number.isFinite), `${name} is finite`).toBe(true);
  }
  for (const { columns, rows } of seen.tables)
    for (const row of rows) expect(row.length).toBe(columns.length);
  if (view.draw) expectPictures(seen);
  if (view.figures) expectFigures(seen);
}

/** A page shows what it is given, whatever network that came from: sizes fit, and numbers are JSON's. */
function expectFigures(seen: AnySeen): void {
  const shows = parseFields(seen.view.shows, {});
  for (const figure of seen.view.figures!(seen.result, seen.subject, shows)) {
    expect(figure.photo, "the photo is one of the subject's").toBeLessThan(
      photosOf(seen.subject).length,
    );
    if (figure.kind === "picture") continue;
    const plane = figure.height * figure.width;
    if (figure.kind === "maps") expect(figure.codes.length).toBe(figure.maps.length * plane);
    else expect(figure.values.length).toBe(4 * plane);
    const told: unknown = JSON.parse(JSON.stringify({ ...figure, codes: 0, values: 0 }));
    expect(told).toEqual({ ...figure, codes: 0, values: 0 });
  }
}

function expectPictures(seen: AnySeen): void {
  const drawn = drawnOf(seen);
  if (drawn instanceof StriateError)
    return expectSentence(drawn, { name: "drawing" } as NetworkKind);
  expect(drawn.length, "there is a picture").toBeGreaterThan(0);
  expect(new Set(drawn.map(({ name }) => name)).size, "each has its own name").toBe(drawn.length);
  for (const { picture } of drawn) {
    expect(picture.width * picture.height).toBeGreaterThan(0);
    expect(picture.width * picture.height).toBeLessThan(1e8);
    expect(picture.marks.length).toBeGreaterThan(0);
    expect(picture.description ?? picture.title, "it says what it shows").toBeTruthy();
  }
}

function drawnOf(seen: AnySeen) {
  try {
    return [...seen.draw()];
  } catch (error) {
    if (error instanceof StriateError) return error;
    throw error;
  }
}

const copyOf = (inputs: Readonly<Record<string, Tensor>>) =>
  bytesOf(new Map(Object.entries(inputs)));

/** Arrays by name, shape and a checksum: they may have millions of numbers. */
const bytesOf = (arrays: ReadonlyMap<string, Tensor>) =>
  [...arrays].map(([name, { shape, data }]) => [
    name,
    shape,
    createHash("sha256")
      .update(data as Uint8Array)
      .digest("hex"),
  ]);
