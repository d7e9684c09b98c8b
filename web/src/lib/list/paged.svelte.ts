import { untrack } from 'svelte';
import { ApiError, request } from '../api/client';
import type { List } from '../api/types';
import { address } from '../state/address.svelte';
import { Asking } from '../state/asking.svelte';
import { live } from '../state/live.svelte';
import { visible } from '../state/visible.svelte';

/** Rows of a page of the API. */
export const SIZE = 100;
/** Pages that stay in memory; of those beyond, only the cursor behind them does. */
const KEPT = 60;
const AT_ONCE = 2;
/** How long the thumb has to rest before a far page is asked for. */
const CALM_MS = 100;
const RETRY_MS = [2000, 5000, 10_000, 30_000];
const LIVE_MS = 1000;
/** No more than this share of the time goes into asking a list again that is long in answering. */
const SHARE = 8;
/** A leap over more rows than this is made by time, where the API counts without walking. */
const FAR = 3000;
const QUICK_MS = 250;
const QUARTER_MS = 900_000;
const EVER = Date.UTC(2000, 0, 1);
const MOST_PROBES = 32;

/** What the list is ordered by, newest first, and the API's names for bounds of it. */
export interface Order<T> {
  from: string;
  until: string;
  at: (row: T) => string | null;
}

/** Rows from `index` on are older than `time`. */
interface Post {
  index: number;
  time: number;
}

function asked(path: string, more: Record<string, string | number>): string {
  const [head = '', text = ''] = path.split('?');
  const query = new URLSearchParams(text);
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  return `${head}?${query}`;
}

/**
 * A list of the API of any length, row by row by its place in it.
 *
 * A page is asked for by the cursor of the nearest known page before it (far away, of one found by time), so that what stands on screen stays in its place
 * while new rows come in at the top, and scrolling on costs the same at any depth. Rows on screen stay until newer ones are
 * here. While the first row is on screen new ones push in; else `newer` counts them. To be made while a component is.
 */
export class Paged<T> {
  /** The API's count; undefined before the first answer. */
  count = $state<number>();
  error = $state.raw<ApiError>();
  asOf = $state.raw<Date>();
  /** The rows on screen answer another question than the address asks by now. */
  outdated = $state(false);
  newer = $state(0);
  /** Told by whoever shows the list. */
  atTop = true;
  #version = $state(0);
  #pages = new Map<number, T[]>();
  #cursors = new Map<number, string>();
  #asking = new Map<number, AbortController>();
  #heads = new Asking((signal) => this.#head(signal));
  /** Asked for from the top, wherever in the list one is. */
  #anew = false;
  #wanted = { first: 0, last: 0 };
  #path = '';
  #organization = '';
  #age = 0;
  #failures = 0;
  #headAt = 0;
  #headMs = 0;
  #calm: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #posts: Post[] = [];

  /** `path` is the question without its paging, from the API's base: `call-logs/?made=true`. */
  constructor(
    path: () => string,
    private readonly order: Order<T>,
  ) {
    $effect(() => {
      const asked = path();
      const organization = address.organization;
      untrack(() => this.#aim(asked, organization));
    });
    $effect(() => {
      void live.changes;
      void visible.value;
      untrack(() => this.#soon());
    });
    $effect(() => {
      if (visible.value) untrack(() => this.#fill());
    });
    $effect(() => {
      void live.connections;
      untrack(() => this.error && this.reload());
    });
    $effect(() => () => this.#drop());
  }

  /** The row at that place, if it is here. */
  row(index: number): T | undefined {
    void this.#version;
    return this.#pages.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  /** What is on screen, and what will be in a moment. */
  want(first: number, last: number): void {
    this.#wanted = { first: Math.max(0, first), last };
    const missing = this.#missing();
    if (!missing.length) return;
    // The next page in reading order is cheap: at once. After a leap, wait until the thumb rests.
    if (missing.every((page) => this.#cursors.has(page - 1) || page === 0)) this.#fill();
    else {
      clearTimeout(this.#calm);
      this.#calm = setTimeout(() => this.#fill(), CALM_MS);
    }
  }

  /** All of it anew, from the top. */
  reload(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#anew = true;
    this.#heads.refresh();
  }

  #aim(path: string, organization: string): void {
    if (path === this.#path && organization === this.#organization) return;
    if (organization !== this.#organization) {
      this.count = undefined;
      this.#pages.clear();
    }
    this.#path = path;
    this.#organization = organization;
    this.outdated = this.count !== undefined;
    this.#failures = 0;
    this.#heads.stop();
    this.#end();
    this.reload();
  }

  /** Ends what is asked of the rows. */
  #end(): void {
    for (const asking of this.#asking.values()) asking.abort();
    this.#asking.clear();
  }

  #drop(): void {
    clearTimeout(this.#calm);
    clearTimeout(this.#again);
    this.#end();
  }

  #soon(): void {
    if (this.#again !== undefined || this.#headAt === 0) return;
    const gap = Math.max(LIVE_MS, this.#headMs * SHARE);
    const wait = Math.max(0, this.#headAt + gap - performance.now());
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#heads.refresh();
    }, wait);
  }

  async #head(signal: AbortSignal): Promise<void> {
    const anew = this.#anew;
    const taken = anew || this.atTop;
    this.#anew = false;
    const begun = (this.#headAt = performance.now());
    const path = this.#path;
    try {
      const page = await request<List<T>>(asked(path, { page_size: taken ? SIZE : 1 }), {
        organization: this.#organization,
        signal,
      });
      if (signal.aborted) return;
      this.#headMs = performance.now() - begun;
      this.error = undefined;
      this.#failures = 0;
      if (taken || this.count === undefined) this.#take(page);
      else {
        this.newer = Math.max(0, (page.count ?? 0) - this.count);
        this.#freshen();
      }
    } catch (fault) {
      if (signal.aborted) return;
      this.#anew ||= anew;
      this.#failed(fault, () => this.#heads.refresh());
    }
  }

  #take(page: List<T>): void {
    const moved = this.outdated || page.count !== this.count || page.next_cursor !== (this.#cursors.get(0) ?? null);
    if (moved) {
      this.#end();
      this.#pages.clear();
      this.#cursors.clear();
      this.#posts = [];
      this.#age += 1;
    }
    this.#pages.set(0, page.data);
    if (page.next_cursor) this.#cursors.set(0, page.next_cursor);
    this.count = page.count ?? page.data.length;
    this.newer = 0;
    this.outdated = false;
    this.asOf = new Date();
    this.#version += 1;
    this.want(this.#wanted.first, this.#wanted.last);
  }

  #range(): [number, number] {
    const most = Math.max(0, Math.ceil((this.count ?? 0) / SIZE) - 1);
    return [
      Math.min(most, Math.floor(this.#wanted.first / SIZE)),
      Math.min(most, Math.floor(this.#wanted.last / SIZE)),
    ];
  }

  #missing(): number[] {
    if (!this.count || this.outdated) return [];
    const [first, last] = this.#range();
    const missing: number[] = [];
    for (let page = first; page <= last; page += 1) if (!this.#pages.has(page)) missing.push(page);
    return missing;
  }

  #fill(): void {
    clearTimeout(this.#calm);
    if (!visible.value) return;
    const [first, last] = this.#range();
    for (const [page, asking] of this.#asking) {
      if (page >= first - 1 && page <= last + 1) continue;
      asking.abort();
      this.#asking.delete(page);
    }
    for (const page of this.#missing()) {
      if (this.#asking.size >= AT_ONCE) break;
      if (!this.#asking.has(page)) void this.#ask(page);
    }
  }

  /** The pages on screen once more, where they are: calls go on while one looks at them. */
  #freshen(): void {
    const [first, last] = this.#range();
    for (let page = first; page <= last; page += 1) {
      if (page > 0 && !this.#asking.has(page) && this.#cursors.has(page - 1)) void this.#ask(page);
    }
  }

  async #ask(page: number): Promise<void> {
    const asking = new AbortController();
    const age = this.#age;
    this.#asking.set(page, asking);
    try {
      if ((page - this.#nearest(page)) * SIZE > FAR && this.#headMs < QUICK_MS) await this.#leap(page, asking.signal);
      if (asking.signal.aborted || age !== this.#age) return;
      const from = this.#nearest(page);
      const cursor = this.#cursors.get(from);
      const place = cursor ? { cursor, page: page - from } : { page: page + 1 };
      const answer = await request<List<T>>(asked(this.#path, { page_size: SIZE, ...place }), {
        organization: this.#organization,
        signal: asking.signal,
      });
      if (asking.signal.aborted || age !== this.#age) return;
      this.#pages.delete(page);
      this.#pages.set(page, answer.data);
      if (answer.next_cursor) this.#cursors.set(page, answer.next_cursor);
      this.error = undefined;
      this.#failures = 0;
      this.#forget();
      this.#version += 1;
    } catch (fault) {
      if (!asking.signal.aborted) this.#failed(fault, () => this.#fill());
      return;
    } finally {
      if (this.#asking.get(page) === asking) this.#asking.delete(page);
    }
    this.#fill();
  }

  /** The last page before this one that has a known cursor behind it; -1 when none has. */
  #nearest(page: number): number {
    let from = -1;
    for (const known of this.#cursors.keys()) if (known < page && known > from) from = known;
    return from;
  }

  /**
   * Finds a cursor a little before that page without walking there: how many rows are older than a moment is a question
   * that the API answers from its counters. Moments are whole quarters of an hour, as the counters are.
   */
  async #leap(page: number, signal: AbortSignal): Promise<void> {
    const target = page * SIZE;
    const count = this.count ?? 0;
    const options = { organization: this.#organization, signal };
    let low: Post = { index: count, time: EVER };
    let high: Post | undefined;
    const row = this.#pages.get(0)?.[0];
    const newest = row && this.order.at(row);
    if (!newest) return;
    high = { index: 0, time: Date.parse(newest) + QUARTER_MS };
    for (const post of this.#posts) {
      if (post.index <= target && post.index >= high.index) high = post;
      if (post.index > target && post.index < low.index) low = post;
    }
    for (
      let probe = 0;
      probe < MOST_PROBES && target - high.index > SIZE * 5 && high.time - low.time > QUARTER_MS;
      probe += 1
    ) {
      // By share where both ends are known rows, and every other time by halves, which is never fooled for long.
      const share: number =
        probe % 2 || low.time === EVER ? 0.5 : (target - high.index) / Math.max(1, low.index - high.index);
      const wanted: number = high.time - (high.time - low.time) * Math.min(0.98, Math.max(0.02, share));
      const time: number = Math.min(high.time - 1, Math.max(low.time + 1, Math.ceil(wanted / QUARTER_MS) * QUARTER_MS));
      const older = await request<List<T>>(
        asked(this.#path, { page_size: 1, [this.order.until]: new Date(time).toISOString() }),
        options,
      );
      const post = { index: count - (older.count ?? 0), time };
      this.#posts.push(post);
      if (post.index <= target) high = post;
      else low = post;
    }
    if (high.index === 0) return;
    // From that moment on to where a page ends: from there pages are counted as ever.
    const gap = SIZE - (high.index % SIZE);
    const rest = await request<List<T>>(
      asked(this.#path, { page_size: gap, [this.order.until]: new Date(high.time).toISOString() }),
      options,
    );
    if (!signal.aborted && rest.next_cursor) this.#cursors.set(Math.floor(high.index / SIZE), rest.next_cursor);
  }

  #forget(): void {
    const [first, last] = this.#range();
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) return;
      if (page !== 0 && (page < first || page > last)) this.#pages.delete(page);
    }
  }

  #failed(fault: unknown, retry: () => void): void {
    const error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
    this.error = error;
    if (error.status !== 0 && error.status < 500 && error.status !== 429) return;
    const own = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 30_000;
    this.#failures += 1;
    clearTimeout(this.#again);
    this.#again = setTimeout(
      () => {
        this.#again = undefined;
        retry();
      },
      Math.max(own, (error.retryAfterSeconds ?? 0) * 1000),
    );
  }
}
