import type { Fields, Values } from "../base/fields.ts";
import type { Network } from "../model/network.ts";
import { shardCount, shardRange, shardSize } from "../runs/manifest.ts";
import { type Parts, gathering } from "../runs/parts.ts";
import type { ViewContext } from "./context.ts";
import type { DatasetSubject } from "./subject.ts";

/**
 * How a view of a data set is computed shard by shard: what one shard comes to, and how two results become one.
 * Whoever computes the shards, in whatever order, the whole is the same to the byte.
 *
 * @typeParam P what the photos of a shard come to, and those of several that were put together
 */
export interface Shards<A extends Fields, R, P = unknown> extends Parts<P> {
  /**
   * @param kept whether parts lie on disk, and are read there again when they are wanted
   * @throws StriateError where the work would not fit into the memory that may be taken
   */
  costs(
    network: Network,
    set: DatasetSubject,
    asks: Values<A>,
    memory: number,
    kept?: boolean,
  ): ShardCosts;
  /** Whether it says nothing of photos that are all of one class. */
  readonly needsClasses?: boolean;
  /** Asks that `finish` alone looks at: with other ones the shards that are done stay as they are. */
  readonly late?: readonly string[];
  /** The photos of one shard. All chance depends on the photos' numbers and the seed alone. */
  part(context: ViewContext, shard: DatasetSubject, asks: Values<A>): Promise<P>;
  /** The result of all photos. @param set the whole, of which photos may be read again */
  finish(context: ViewContext, part: P, set: DatasetSubject, asks: Values<A>): Promise<R>;
}

/** About what a run takes. */
export interface ShardCosts {
  /** Bytes that a photo takes in memory until its shard is done. */
  readonly bytesPerPhoto: number;
  /** Bytes of a shard's file, for some number of photos. */
  bytesOfPart(photos: number): number;
}

/** Computes a view of a data set here, cut into the same shards as a run of many workers. */
export async function computeInShards<A extends Fields, R, P>(
  shards: Shards<A, R, P>,
  context: ViewContext,
  set: DatasetSubject,
  asks: Values<A>,
): Promise<R> {
  const { network } = context.running;
  const { length } = set;
  const { bytesPerPhoto } = shards.costs(network, set, asks, context.memory);
  // A set that cannot be read in ranges is one shard.
  const shard = set.range ? shardSize(length, context.memory, bytesPerPhoto) : Math.max(1, length);
  const count = Math.max(1, shardCount({ photos: length, shard }));
  const all = gathering(shards, length);
  for (let i = 0; i < count; i++) {
    const [from, to] = shardRange({ photos: length, shard }, i);
    const here: ViewContext = {
      ...context,
      progress: (done, words) => context.progress((from + done * (to - from)) / length, words),
    };
    all.add(await shards.part(here, set.range?.(from, to) ?? set, asks));
  }
  return shards.finish(context, all.whole()!, set, asks);
}
