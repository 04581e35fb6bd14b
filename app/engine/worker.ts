// The worker of the page. It shares no code with what it loads: WebKit runs the first script of a worker once more where
// another one imports from it, and then two engines answer.
import type { Message } from "./hear.ts";

const early: MessageEvent<Message>[] = [];
const keep = (event: MessageEvent<Message>): void => void early.push(event);
addEventListener("message", keep);
void import("./hear.ts").then(({ hear }) => {
  removeEventListener("message", keep);
  addEventListener("message", hear);
  early.forEach(hear);
});
