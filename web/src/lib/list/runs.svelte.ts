import { untrack } from 'svelte';
import { ApiError, request, segment } from '../api/client';
import type { List, RunItem } from '../api/types';
import { address } from '../state/address.svelte';
import { Asking } from '../state/asking.svelte';
import { live } from '../state/live.svelte';
import { visible } from '../state/visible.svelte';
import { FirstChanges, countEnded } from './pace';

const SIZE = 50;
const AT_ONCE = 4;
const LIVE_MS = 2000;
const RATES_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Fewer tasks say nothing about how fast a batch goes. */
const LEAST_ENDED = 5;
const RETRY_MS = 5000;

/** How fast a batch goes: tasks finished by the hour, over the last hour or since its first change, as of `at`. */
export interface Pace {
  perHour: number;
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
  #asking = new Asking((signal) => this.#load(signal));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pacing: AbortController | undefined;
  #pacedAt = -RATES_MS;
  #firsts = new FirstChanges();
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
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#asking.change();
      });
    });
    $effect(() => {
      void live.changes;
      void visible.value;
      untrack(() => this.#soon(LIVE_MS));
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
      this.#pacing?.abort();
    });
  }

  more(): void {
    this.#size = Math.min(1000, this.#size * 4);
  }

  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking.refresh();
  }

  #soon(gap: number): void {
    if (this.#timer !== undefined || !this.#spaces.length) return;
    const wait = Math.max(0, this.#askedAt + Math.max(gap, this.#ms * 8) - performance.now());
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const [spaces, organization, size] = [this.#spaces, this.#organization, this.#size];
    const begun = (this.#askedAt = performance.now());
    try {
      const pages = await each(spaces, AT_ONCE, (space) =>
        request<List<RunItem>>(`spaces/${segment(space)}/runs/?page_size=${size}`, { organization, signal }),
      );
      if (signal.aborted) return;
      // Behind the last row of a page that goes on, another campaign's rows would stand out of order.
      const edge =
        pages
          .filter((page) => page.next_cursor)
          .map((page) => page.data.at(-1)?.created ?? '')
          .sort()
          .at(-1) ?? '';
      const all = pages.flatMap((page) => page.data).filter((run) => (run.created ?? '') >= edge);
      this.rows = all.sort(
        (one, other) =>
          (other.created ?? '').localeCompare(one.created ?? '') || one.run_id.localeCompare(other.run_id),
      );
      this.count = pages.reduce((sum, page) => sum + (page.count ?? 0), 0);
      this.error = undefined;
      this.outdated = false;
      this.asOf = new Date();
      this.#ms = performance.now() - begun;
      if (!this.#pacing && performance.now() - this.#pacedAt > RATES_MS) void this.#pace();
    } catch (fault) {
      if (signal.aborted) return;
      this.error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
      if (this.error.status === 0 || this.error.status >= 500 || this.error.status === 429) this.#soon(RETRY_MS);
    }
  }

  /** Finished now, less what was finished before the hour, or before the first change where that is later. */
  async #pace(): Promise<void> {
    const pacing = (this.#pacing = new AbortController());
    const spaces = this.#spaces;
    const options = { organization: this.#organization, signal: pacing.signal };
    const at = new Date();
    const hourAgo = at.getTime() - HOUR_MS;
    const ended = (run: RunItem) =>
      (run.task_status_breakdown['completed'] ?? 0) + (run.task_status_breakdown['failed'] ?? 0);
    const open = (this.rows ?? []).filter((run) => run.status === 'running' && ended(run) >= LEAST_ENDED).slice(0, 50);
    try {
      const counted = await each(open, AT_ONCE, async (run) => {
        const before = await countEnded(run, hourAgo, options);
        const since = before ? hourAgo : await this.#firsts.of(run, hourAgo, at.getTime(), options);
        return [
          runKey(run),
          { perHour: ((ended(run) - before) * HOUR_MS) / Math.max(1, at.getTime() - since), at },
        ] as const;
      });
      if (spaces === this.#spaces) {
        this.paces = new Map(counted);
        this.#pacedAt = performance.now();
      }
    } catch {
      // The rows are there, and say so when they are old; the next answer asks for the pace again.
    } finally {
      this.#pacing = undefined;
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
