import { request, type Options } from '../api/client';
import { segment } from '../api/segment';
import type { List, RunItem } from '../api/types';

/** Halvings of the time in which the first change was: of an hour, that leaves less than two minutes either way. */
const PROBES = 5;
/** What happened within so short a time says nothing about an hour: then the time since the batch was made counts. */
const SHORTEST_MS = 120_000;

/** How many tasks of a batch ended before a moment, and did not change since. */
export async function countEnded(run: RunItem, before: number, options: Options): Promise<number> {
  const until = encodeURIComponent(new Date(before).toISOString());
  const base = `spaces/${segment(run.space_token)}/runs/${segment(run.run_id)}/tasks/?page_size=1&updated_before=${until}&status=`;
  const counts = await Promise.all(
    ['completed', 'failed'].map((status) => request<List<unknown>>(base + status, options)),
  );
  return counts.reduce((sum, answer) => sum + (answer.count ?? 0), 0);
}

/**
 * When the first task of a batch ended: batches are often made long before they are begun. The API has no such time, but
 * tells how many ended before any moment; so it is found by halves, once for each batch.
 */
export class FirstChanges {
  #known = new Map<string, number>();

  async of(run: RunItem, from: number, to: number, options: Options): Promise<number> {
    const key = `${options.organization} ${run.space_token} ${run.run_id}`;
    const made = Math.max(from, Date.parse(run.created ?? '') || from);
    const first = this.#known.get(key) ?? (await this.#find(run, made, to, options));
    this.#known.set(key, first);
    return to - first < SHORTEST_MS ? made : Math.max(from, first);
  }

  async #find(run: RunItem, from: number, to: number, options: Options): Promise<number> {
    let low = from;
    let high = to;
    for (let probe = 0; probe < PROBES; probe += 1) {
      const middle = (low + high) / 2;
      if (await countEnded(run, middle, options)) high = middle;
      else low = middle;
    }
    return low;
  }
}
