/** Runs jobs on worker threads; the outcomes come in the order of the jobs. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Job, Outcome } from "./jobs.ts";

/** `onDone` hears how many of them are done. Rejects with the first fault of a worker. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number,
  onDone: (done: number, of: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Job, Outcome>();
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const answer: Promise<Outcome[]> = once(worker, "message");
        worker.postMessage(job);
        const [outcome] = await answer;
        if (outcome === undefined) throw new Error("a worker answered nothing");
        outcomes.set(job, outcome);
        onDone(outcomes.size, jobs.length);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return jobs.flatMap((job) => outcomes.get(job) ?? []);
}
