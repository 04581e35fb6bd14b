// A page that takes all of striate as one, whose entry no thread of the engine can run.
import * as striate from "striate";

Object.assign(globalThis, { striate });
document.title = "striate";

/** The predicted share of the first class. */
async function classify(model: string, photo: string): Promise<number> {
  const opened = await striate.loadModel(model);
  const [first] = await opened.classify(await striate.readImage(photo));
  return first!.score;
}

Object.assign(globalThis, { classify });
