import { UsageError } from "../base/errors.ts";

/** The shards that one of several processes is to compute: every `of`-th, from `index` on, counted from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a cluster tells one of many equal jobs which it is. */
interface ArrayJob {
  readonly name: string;
  readonly index: string;
  /** The index that the first one has. */
  readonly first?: string;
  readonly count?: string;
}

/**
 * Sources: https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static (the number of completions is
 * no variable of its own: `deploy/job.yaml` sets it), https://slurm.schedmd.com/job_array.html,
 * https://docs.aws.amazon.com/batch/latest/userguide/array_index_example.html
 */
const arrayJobs: readonly ArrayJob[] = [
  {
    name: "Slurm",
    index: "SLURM_ARRAY_TASK_ID",
    first: "SLURM_ARRAY_TASK_MIN",
    count: "SLURM_ARRAY_TASK_COUNT",
  },
  { name: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX", count: "AWS_BATCH_JOB_ARRAY_SIZE" },
  { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETIONS" },
];

/**
 * The share by the variables of a cluster, undefined outside of one. Where the number of jobs is not told, all
 * work on all shards, each from another one on: none is computed twice, as each is claimed.
 *
 * @throws UsageError when a variable is no number
 */
export function shareOfJob(env: Environment): (Share & { readonly name: string }) | undefined {
  for (const { name, index, first, count } of arrayJobs) {
    if (!env[index]) continue;
    const from = first === undefined ? 0 : numberOf(env, first, 0);
    const at = numberOf(env, index, 0) - from;
    const of = count === undefined ? 1 : numberOf(env, count, 1);
    if (of === 1) return { name, index: at, of: 1 };
    // Indices need not be every one: of 0, 2, 4 two are beyond the count.
    return { name, index: at % of, of };
  }
  return undefined;
}

function numberOf(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`${name}: expected a whole number, got "${text}"`);
}

/** `3/16`: the third of sixteen shares. @throws UsageError */
export function parseShare(text: string): Share {
  const [, part, all] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  const [index, of] = [Number(part), Number(all)];
  if (!(index >= 1 && index <= of))
    throw new UsageError(`--shard: expected a part and their number, as 3/16, got "${text}"`);
  return { index: index - 1, of };
}

/** The shards of a share; of one among many whose number is not known all of them, from its own on. */
export function shardsOf({ index, of }: Share, count: number): number[] {
  // bounded: the shards of a run, where its manifest is read
  const all = Array.from({ length: count }, (_, i) => i);
  if (of > 1) return all.filter((i) => i % of === index);
  const from = count === 0 ? 0 : index % count;
  return [...all.slice(from), ...all.slice(0, from)];
}
