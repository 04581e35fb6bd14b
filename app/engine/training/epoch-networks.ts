import { type Model, StriateError, convertModel, loadModel } from "striate";

/** Bytes of the networks of all epochs together. */
const mostBytes = 256 * 2 ** 20;

/** The network as it was after each epoch of a training: files in memory, of which one is open at a time. */
export class EpochNetworks {
  readonly #files = new Map<number, Uint8Array>();
  #open: { readonly epoch: number; readonly model: Model } | undefined;

  /** The epochs that are kept. */
  get epochs(): number[] {
    return [...this.#files.keys()];
  }

  /** Keeps the network as it is now; beyond the memory for it every second one goes, never the last. */
  async keep(epoch: number, model: Model): Promise<void> {
    const contents = await model.contents({ includeOptimizer: false });
    const [file] = await convertModel(contents, "epoch.keras");
    this.#files.set(epoch, file!.bytes);
    while (this.#bytes() > mostBytes && this.#files.size > 2)
      this.epochs.forEach((each, i) => {
        if (i % 2 === 1 && each !== epoch) this.#files.delete(each);
      });
  }

  /** @throws StriateError where it is not kept */
  async open(epoch: number): Promise<Model> {
    if (this.#open?.epoch === epoch) return this.#open.model;
    const bytes = this.#files.get(epoch);
    if (bytes === undefined) throw new StriateError(`epoch ${epoch + 1} is not kept`);
    const model = await loadModel(new File([bytes as BlobPart], `epoch-${epoch + 1}.keras`));
    await this.#open?.model.dispose();
    this.#open = { epoch, model };
    return model;
  }

  async dispose(): Promise<void> {
    this.#files.clear();
    await this.#open?.model.dispose();
    this.#open = undefined;
  }

  #bytes(): number {
    return [...this.#files.values()].reduce((sum, { length }) => sum + length, 0);
  }
}
