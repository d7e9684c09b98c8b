import { untrack } from 'svelte';
import { request } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { List } from '../api/types';
import { Debounce } from '../debounce';
import { address } from '../state/address.svelte';
import { Retry } from '../state/backoff';
import { live } from '../state/live.svelte';
import { Poll } from '../state/poll';
import { visible } from '../state/visible.svelte';
import { type Post, approach, bracket } from './seek';
import { Pages, SIZE, pagesOf, withQuery } from './pages';

const AT_ONCE = 2;
/** How long the thumb has to rest before a far page is requested. */
const REST_MS = 100;
const LIVE_MS = 1000;
/** A slow list is refreshed less often: a request may take at most one part in so many of the time. */
const SHARE = 8;
/** A page further away than so many rows is found by time: the API counts rows by time without reading them. */
const FAR = 3000;
const QUICK_MS = 250;

/** The order of the list, newest first, and the API's parameters that bound it. */
export interface Order<T> {
  from: string;
  until: string;
  at: (row: T) => string | null;
}

/**
 * A list of the API of any length, read row by row by position.
 *
 * A page is requested by the cursor of the nearest known page before it (far away: of a page found by time). So rows on
 * screen keep their position while new rows arrive at the top, and scrolling costs the same at any depth. Rows on screen
 * stay until newer ones have arrived. While the first row is on screen new rows are inserted; otherwise `newer` counts
 * them. Create it while a component is initialized.
 */
export class Paged<T> {
  /** The API's count; undefined before the first answer. */
  count = $state<number>();
  error = $state.raw<ApiError>();
  asOf = $state.raw<Date>();
  /** The rows on screen are of a previous query. */
  outdated = $state(false);
  newer = $state(0);
  /** Set by the component that shows the list. */
  atTop = true;
  #version = $state(0);
  #pages = new Pages<T>();
  #pending = new Map<number, AbortController>();
  /** Requests the first page and the count. */
  readonly #heads = new Poll({
    request: (signal) => this.#head(signal),
    failed: (error) => (this.error = error),
  });
  /** Retries the other pages. */
  readonly #retry = new Retry();
  /** The next answer is shown from the top, whatever is on screen. */
  #fromTop = false;
  #inView = { first: 0, last: 0 };
  #path = '';
  #organization = '';
  #age = 0;
  readonly #rest = new Debounce(REST_MS);
  #posts: Post[] = [];

  /** `path` is the query without its paging, relative to the API's base: `call-logs/?made=true`. */
  constructor(
    path: () => string,
    private readonly order: Order<T>,
  ) {
    $effect(() => {
      const next = path();
      const organization = address.organization;
      untrack(() => this.#aim(next, organization));
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

  /** The row at that position, if it is loaded. */
  row(index: number): T | undefined {
    void this.#version;
    return this.#pages.row(index);
  }

  /** Sets which rows are on screen or will be soon. */
  want(first: number, last: number): void {
    this.#inView = { first: Math.max(0, first), last };
    const missing = this.#missing();
    if (!missing.length) return;
    // The next page in reading order is cheap: at once. After a jump, wait until the thumb rests.
    if (missing.every((page) => this.#pages.follows(page))) this.#fill();
    else this.#rest.run(() => this.#fill());
  }

  /** Loads the list again, from the top. */
  reload(): void {
    this.#retry.cancel();
    this.#fromTop = true;
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
    this.#end();
    this.#fromTop = true;
    void this.#heads.change();
  }

  /** Aborts the requests for rows. */
  #end(): void {
    this.#retry.cancel();
    this.#retry.reset();
    for (const pending of this.#pending.values()) pending.abort();
    this.#pending.clear();
  }

  #drop(): void {
    this.#rest.cancel();
    this.#heads.close();
    this.#end();
  }

  #soon(): void {
    // An answer for the head would clear the error of a page that is still missing.
    if (!this.#retry.due) this.#heads.soon(Math.max(LIVE_MS, this.#heads.tookMs * SHARE));
  }

  async #head(signal: AbortSignal): Promise<void> {
    const fromTop = this.#fromTop;
    const taken = fromTop || this.atTop;
    this.#fromTop = false;
    try {
      const page = await this.#request({ page_size: taken ? SIZE : 1 }, signal);
      if (signal.aborted) return;
      this.error = undefined;
      this.#retry.reset();
      if (taken || this.count === undefined) this.#take(page);
      else {
        this.newer = Math.max(0, (page.count ?? 0) - this.count);
        this.#freshen();
      }
    } catch (fault) {
      if (!signal.aborted) this.#fromTop ||= fromTop;
      throw fault;
    }
  }

  #request(more: Record<string, string | number>, signal: AbortSignal): Promise<List<T>> {
    return request<List<T>>(withQuery(this.#path, more), { organization: this.#organization, signal });
  }

  #take(page: List<T>): void {
    const moved = this.outdated || page.count !== this.count || page.next_cursor !== (this.#pages.cursor(0) ?? null);
    if (moved) {
      this.#end();
      this.#pages.clear();
      this.#posts = [];
      this.#age += 1;
    }
    this.#pages.put(0, page.data, page.next_cursor);
    this.count = page.count ?? page.data.length;
    this.newer = 0;
    this.outdated = false;
    this.asOf = new Date();
    this.#version += 1;
    this.want(this.#inView.first, this.#inView.last);
  }

  #range(): [number, number] {
    return pagesOf(this.#inView.first, this.#inView.last, this.count ?? 0);
  }

  #missing(): number[] {
    return !this.count || this.outdated ? [] : this.#pages.missing(this.#range());
  }

  #fill(): void {
    this.#rest.cancel();
    if (!visible.value) return;
    const [first, last] = this.#range();
    for (const [page, pending] of this.#pending) {
      if (page >= first - 1 && page <= last + 1) continue;
      pending.abort();
      this.#pending.delete(page);
    }
    for (const page of this.#missing()) {
      if (this.#pending.size >= AT_ONCE) break;
      if (!this.#pending.has(page)) void this.#load(page);
    }
  }

  /** Loads the pages on screen again: the calls on them may have changed. */
  #freshen(): void {
    const [first, last] = this.#range();
    for (let page = first; page <= last; page += 1) {
      if (page > 0 && !this.#pending.has(page) && this.#pages.follows(page)) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    const pending = new AbortController();
    const age = this.#age;
    this.#pending.set(page, pending);
    try {
      if ((page - this.#pages.nearest(page)) * SIZE > FAR && this.#heads.tookMs < QUICK_MS) {
        await this.#seek(page, pending.signal);
      }
      if (pending.signal.aborted || age !== this.#age) return;
      const answer = await this.#request({ page_size: SIZE, ...this.#pages.query(page) }, pending.signal);
      if (pending.signal.aborted || age !== this.#age) return;
      this.#pages.put(page, answer.data, answer.next_cursor);
      this.error = undefined;
      this.#retry.reset();
      this.#pages.forget(this.#range());
      this.#version += 1;
    } catch (fault) {
      if (pending.signal.aborted) return;
      this.error = asApiError(fault);
      this.#retry.after(this.error, () => this.#fill());
      return;
    } finally {
      if (this.#pending.get(page) === pending) this.#pending.delete(page);
    }
    this.#fill();
  }

  /** Finds a cursor shortly before that page without reading the pages up to it. */
  async #seek(page: number, signal: AbortSignal): Promise<void> {
    const first = this.#pages.row(0);
    const newest = first && this.order.at(first);
    if (!newest) return;
    const [target, count] = [page * SIZE, this.count ?? 0];
    const until = (time: number) => ({ [this.order.until]: new Date(time).toISOString() });
    const ends = bracket(this.#posts, target, count, Date.parse(newest));
    const post = await approach(ends, { target, within: SIZE * 5 }, this.#posts, async (time) => {
      const older = await this.#request({ page_size: 1, ...until(time) }, signal);
      return count - (older.count ?? 0);
    });
    if (post.index === 0) return;
    // Read from that moment to the end of a page: its cursor then belongs to a whole page.
    const gap = SIZE - (post.index % SIZE);
    const rest = await this.#request({ page_size: gap, ...until(post.time) }, signal);
    if (!signal.aborted && rest.next_cursor) this.#pages.mark(Math.floor(post.index / SIZE), rest.next_cursor);
  }
}
