// The worker of the element: one for all elements of a page, with a network for each.
import { StriateError } from "striate";
import { Seer } from "./seer.ts";
import type { Question, Reply } from "./shown.ts";

const seers = new Map<number, Seer>();
const reply = (message: Reply) => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<Question>) => void answer(data));

async function answer({ element, id, asked }: Question): Promise<void> {
  const seer = seers.get(element) ?? new Seer();
  if (asked === undefined) {
    seer.close();
    seers.delete(element);
    return;
  }
  seers.set(element, seer);
  try {
    const shown = await seer.see(asked, (words) => reply({ kind: "doing", id, words }));
    reply({ kind: "shown", id, shown });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ kind: "fault", id, message, isKnown: error instanceof StriateError });
  }
}

reply({ kind: "here" });
