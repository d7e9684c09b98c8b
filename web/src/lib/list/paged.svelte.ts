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
import { type Post, approach, bracket } from './leap';
import { Pages, SIZE, pagesOf, withQuery } from './pages';

const AT_ONCE = 2;
/** How long the thumb has to rest before a far page is asked for. */
const CALM_MS = 100;
const LIVE_MS = 1000;
/** No more than this share of the time goes into asking a list again that is long in answering. */
const SHARE = 8;
/** A leap over more rows than this is made by time, where the API counts without walking. */
const FAR = 3000;
const QUICK_MS = 250;

/** What the list is ordered by, newest first, and the API's names for bounds of it. */
export interface Order<T> {
  from: string;
  until: string;
  at: (row: T) => string | null;
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
  #pages = new Pages<T>();
  #asking = new Map<number, AbortController>();
  /** Asks for the first page and the count. */
  readonly #heads = new Poll({
    ask: (signal) => this.#head(signal),
    failed: (error) => (this.error = error),
  });
  /** Of the pages further down. */
  readonly #retry = new Retry();
  /** Asked for from the top, wherever in the list one is. */
  #anew = false;
  #wanted = { first: 0, last: 0 };
  #path = '';
  #organization = '';
  #age = 0;
  readonly #calm = new Debounce(CALM_MS);
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
    return this.#pages.row(index);
  }

  /** What is on screen, and what will be in a moment. */
  want(first: number, last: number): void {
    this.#wanted = { first: Math.max(0, first), last };
    const missing = this.#missing();
    if (!missing.length) return;
    // The next page in reading order is cheap: at once. After a leap, wait until the thumb rests.
    if (missing.every((page) => this.#pages.follows(page))) this.#fill();
    else this.#calm.run(() => this.#fill());
  }

  /** All of it anew, from the top. */
  reload(): void {
    this.#retry.cancel();
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
    this.#end();
    this.#anew = true;
    void this.#heads.change();
  }

  /** Ends what is asked of the rows. */
  #end(): void {
    this.#retry.cancel();
    this.#retry.reset();
    for (const asking of this.#asking.values()) asking.abort();
    this.#asking.clear();
  }

  #drop(): void {
    this.#calm.cancel();
    this.#heads.close();
    this.#end();
  }

  #soon(): void {
    // An answer for the head would take away the error of a page that is not here yet.
    if (!this.#retry.due) this.#heads.soon(Math.max(LIVE_MS, this.#heads.tookMs * SHARE));
  }

  async #head(signal: AbortSignal): Promise<void> {
    const anew = this.#anew;
    const taken = anew || this.atTop;
    this.#anew = false;
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
      if (!signal.aborted) this.#anew ||= anew;
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
    this.want(this.#wanted.first, this.#wanted.last);
  }

  #range(): [number, number] {
    return pagesOf(this.#wanted.first, this.#wanted.last, this.count ?? 0);
  }

  #missing(): number[] {
    return !this.count || this.outdated ? [] : this.#pages.missing(this.#range());
  }

  #fill(): void {
    this.#calm.cancel();
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
      if (page > 0 && !this.#asking.has(page) && this.#pages.follows(page)) void this.#ask(page);
    }
  }

  async #ask(page: number): Promise<void> {
    const asking = new AbortController();
    const age = this.#age;
    this.#asking.set(page, asking);
    try {
      if ((page - this.#pages.nearest(page)) * SIZE > FAR && this.#heads.tookMs < QUICK_MS) {
        await this.#leap(page, asking.signal);
      }
      if (asking.signal.aborted || age !== this.#age) return;
      const answer = await this.#request({ page_size: SIZE, ...this.#pages.query(page) }, asking.signal);
      if (asking.signal.aborted || age !== this.#age) return;
      this.#pages.put(page, answer.data, answer.next_cursor);
      this.error = undefined;
      this.#retry.reset();
      this.#pages.forget(this.#range());
      this.#version += 1;
    } catch (fault) {
      if (asking.signal.aborted) return;
      this.error = asApiError(fault);
      this.#retry.after(this.error, () => this.#fill());
      return;
    } finally {
      if (this.#asking.get(page) === asking) this.#asking.delete(page);
    }
    this.#fill();
  }

  /** Finds a cursor a little before that page without walking there. */
  async #leap(page: number, signal: AbortSignal): Promise<void> {
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
    // From that moment on to where a page ends: from there pages are counted as ever.
    const gap = SIZE - (post.index % SIZE);
    const rest = await this.#request({ page_size: gap, ...until(post.time) }, signal);
    if (!signal.aborted && rest.next_cursor) this.#pages.mark(Math.floor(post.index / SIZE), rest.next_cursor);
  }
}
