import { untrack } from 'svelte';
import { type Options, request } from '../api/client';
import type { ApiError } from '../api/error';
import { segment } from '../api/segment';
import type { List, RunItem } from '../api/types';
import { address } from '../state/address.svelte';
import { live } from '../state/live.svelte';
import { Poll } from '../state/poll';
import { visible } from '../state/visible.svelte';
import { HOUR_MS, type Pace, finished, newestOf, perHour, runKey } from './batch';
import { each } from './each';
import { firstChange, pacedFrom } from './progress';

const SIZE = 50;
const AT_ONCE = 4;
const LIVE_MS = 2000;
const RATES_MS = 10_000;
/** With fewer finished tasks a rate means nothing. */
const MIN_ENDED = 5;
const RETRY_MS = 5000;
/** Slow lists are refreshed less often: a request may take at most one part in so many of the time. */
const SHARE = 8;

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
  /** The count of all requested campaigns together. */
  count = $state(0);
  #size = $state(SIZE);
  readonly #poll = new Poll({
    request: (signal) => this.#load(signal),
    failed: (error) => (this.error = error),
    retryMs: [RETRY_MS],
  });
  #pacing: AbortController | undefined;
  #pacedAt = -RATES_MS;
  /** When each batch first finished a task: found once, it does not change. */
  #firsts = new Map<string, number>();
  #spaces: string[] = [];
  #organization = '';

  constructor(spaces: () => string[]) {
    $effect(() => {
      const requested = spaces();
      const size = this.#size;
      const organization = address.organization;
      untrack(() => {
        if (!requested.length) return;
        this.outdated = this.rows !== undefined && requested.join() !== this.#spaces.join();
        this.#spaces = requested;
        this.#organization = organization;
        void size;
        void this.#poll.change();
      });
    });
    $effect(() => {
      void live.changes;
      void visible.value;
      untrack(() => this.#poll.soon(Math.max(LIVE_MS, this.#poll.tookMs * SHARE)));
    });
    $effect(() => () => {
      this.#poll.close();
      this.#pacing?.abort();
    });
  }

  more(): void {
    this.#size = Math.min(1000, this.#size * 4);
  }

  refresh(): void {
    this.#poll.refresh();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const [spaces, organization, size] = [this.#spaces, this.#organization, this.#size];
    const pages = await each(spaces, AT_ONCE, (space) =>
      request<List<RunItem>>(`spaces/${segment(space)}/runs/?page_size=${size}`, { organization, signal }),
    );
    if (signal.aborted) return;
    this.rows = newestOf(pages);
    this.count = pages.reduce((sum, page) => sum + (page.count ?? 0), 0);
    this.error = undefined;
    this.outdated = false;
    this.asOf = new Date();
    if (!this.#pacing && performance.now() - this.#pacedAt > RATES_MS) void this.#pace();
  }

  /** Finished now, less what was finished before the hour, or before the first change where that is later. */
  async #pace(): Promise<void> {
    const pacing = (this.#pacing = new AbortController());
    const spaces = this.#spaces;
    const options = { organization: this.#organization, signal: pacing.signal };
    const at = new Date();
    const hourAgo = at.getTime() - HOUR_MS;
    const open = (this.rows ?? []).filter((run) => run.status === 'running' && finished(run) >= MIN_ENDED).slice(0, 50);
    try {
      const counted = await each(open, AT_ONCE, async (run) => {
        const before = await countEnded(run, hourAgo, options);
        const since = before ? hourAgo : await this.#since(run, hourAgo, at.getTime(), options);
        return [runKey(run), { perHour: perHour(finished(run) - before, at.getTime() - since), at }] as const;
      });
      if (spaces === this.#spaces) {
        this.paces = new Map(counted);
        this.#pacedAt = performance.now();
      }
    } catch {
      // The rows are shown in any case; the rates are requested again after the next answer.
    } finally {
      this.#pacing = undefined;
    }
  }

  /** Batches are often created long before they start, and the API has no time of the first finished task. */
  async #since(run: RunItem, from: number, to: number, options: Options): Promise<number> {
    const key = `${options.organization} ${runKey(run)}`;
    const made = Math.max(from, Date.parse(run.created ?? '') || from);
    const first = this.#firsts.get(key) ?? (await firstChange(made, to, (before) => countEnded(run, before, options)));
    this.#firsts.set(key, first);
    return pacedFrom(first, made, from, to);
  }
}

/** How many tasks of a batch ended before a time and did not change since. */
async function countEnded(run: RunItem, before: number, options: Options): Promise<number> {
  const until = encodeURIComponent(new Date(before).toISOString());
  const tasks = `spaces/${segment(run.space_token)}/runs/${segment(run.run_id)}/tasks/`;
  const counts = await Promise.all(
    ['completed', 'failed'].map((status) =>
      request<List<unknown>>(`${tasks}?page_size=1&updated_before=${until}&status=${status}`, options),
    ),
  );
  return counts.reduce((sum, answer) => sum + (answer.count ?? 0), 0);
}
