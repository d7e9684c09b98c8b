import { untrack } from 'svelte';
import { ApiError, request } from '../api/client';
import type { List, RunItem } from '../api/types';
import { address } from '../state/address.svelte';
import { live } from '../state/live.svelte';

const SIZE = 50;
const AT_ONCE = 4;
const LIVE_MS = 2000;
const RATES_MS = 10_000;
const HOUR_MS = 3_600_000;
const RETRY_MS = 5000;

/** How fast a batch goes: tasks finished in the last hour, as of `at`. */
export interface Pace {
  finished: number;
  at: Date;
}

export const runKey = (run: RunItem) => `${run.space_token} ${run.run_id}`;

/**
 * The newest batches of one campaign, or of all of them: the API lists them campaign by campaign, so each is asked for its
 * newest, and what is shown ends where one of them has more to tell.
 */
export class Runs {
  rows = $state.raw<RunItem[]>();
  paces = $state.raw(new Map<string, Pace>());
  error = $state.raw<ApiError>();
  asOf = $state.raw<Date>();
  outdated = $state(false);
  /** Of the campaigns asked, together. */
  count = $state(0);
  #size = $state(SIZE);
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pacing = false;
  #pacedAt = -RATES_MS;
  #askedAt = 0;
  #ms = 0;
  #spaces: string[] = [];
  #organization = '';

  constructor(spaces: () => string[]) {
    $effect(() => {
      const asked = spaces();
      const size = this.#size;
      const organization = address.organization;
      untrack(() => {
        if (!asked.length) return;
        this.outdated = this.rows !== undefined && asked.join() !== this.#spaces.join();
        this.#spaces = asked;
        this.#organization = organization;
        void size;
        void this.#load();
      });
    });
    $effect(() => {
      void live.changes;
      untrack(() => this.#soon(LIVE_MS));
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
      this.#asking?.abort();
    });
  }

  more(): void {
    this.#size = Math.min(1000, this.#size * 4);
  }

  refresh(): void {
    void this.#load();
  }

  #soon(gap: number): void {
    if (this.#timer !== undefined || !this.#spaces.length) return;
    const wait = Math.max(0, this.#askedAt + Math.max(gap, this.#ms * 8) - performance.now());
    this.#timer = setTimeout(() => void this.#load(), wait);
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const [spaces, organization, size] = [this.#spaces, this.#organization, this.#size];
    const begun = (this.#askedAt = performance.now());
    try {
      const pages = await each(spaces, AT_ONCE, (space) =>
        request<List<RunItem>>(`spaces/${encodeURIComponent(space)}/runs/?page_size=${size}`, { organization, signal: asking.signal }),
      );
      if (asking.signal.aborted) return;
      // Behind the last row of a page that goes on, another campaign's rows would stand out of order.
      const edge = pages.filter((page) => page.next_cursor).map((page) => page.data.at(-1)?.created ?? '').sort().at(-1) ?? '';
      const all = pages.flatMap((page) => page.data).filter((run) => (run.created ?? '') >= edge);
      this.rows = all.sort((one, other) => (other.created ?? '').localeCompare(one.created ?? '') || one.run_id.localeCompare(other.run_id));
      this.count = pages.reduce((sum, page) => sum + (page.count ?? 0), 0);
      this.error = undefined;
      this.outdated = false;
      this.asOf = new Date();
      this.#ms = performance.now() - begun;
      if (!this.#pacing && performance.now() - this.#pacedAt > RATES_MS) void this.#pace();
    } catch (fault) {
      if (asking.signal.aborted) return;
      this.error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
      if (this.error.status === 0 || this.error.status >= 500 || this.error.status === 429) this.#soon(RETRY_MS);
    }
  }

  /** Finished now, less what was finished and is unchanged since an hour ago. */
  async #pace(): Promise<void> {
    this.#pacing = true;
    const spaces = this.#spaces;
    const at = new Date();
    const before = new Date(at.getTime() - HOUR_MS).toISOString();
    const open = (this.rows ?? []).filter((run) => run.status === 'running').slice(0, 50);
    try {
    const counted = await each(open, AT_ONCE, async (run) => {
      const base = `spaces/${encodeURIComponent(run.space_token)}/runs/${encodeURIComponent(run.run_id)}/tasks/?page_size=1&updated_before=${encodeURIComponent(before)}&status=`;
      const [done, failed] = await Promise.all(
        ['completed', 'failed'].map((status) => request<List<unknown>>(base + status, { organization: this.#organization })),
      );
      const finished = (run.task_status_breakdown['completed'] ?? 0) + (run.task_status_breakdown['failed'] ?? 0);
      return [runKey(run), { finished: Math.max(0, finished - (done?.count ?? 0) - (failed?.count ?? 0)), at }] as const;
    });
    if (spaces === this.#spaces) {
      this.paces = new Map(counted);
      this.#pacedAt = performance.now();
    }
    } catch {
      // The rows are there, and say so when they are old; the next answer asks for the pace again.
    } finally {
      this.#pacing = false;
    }
  }
}

async function each<In, Out>(all: readonly In[], atOnce: number, ask: (one: In) => Promise<Out>): Promise<Out[]> {
  const found: Out[] = new Array<Out>(all.length);
  let next = 0;
  const walk = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) found[at] = await ask(all[at] as In);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, walk));
  return found;
}
