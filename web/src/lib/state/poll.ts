import { type ApiError, asApiError } from '../api/error';
import { Retry } from './backoff';
import { isHidden, whenVisible } from './when_visible';

export interface PollOptions {
  /** Sends the request, and throws on failure. Its answer counts only while the signal is not aborted. */
  request: (signal: AbortSignal) => Promise<void>;
  /** Receives the error of a request that was not superseded. */
  failed: (error: ApiError) => void;
  retryMs?: readonly number[] | undefined;
  /** Whether an error is worth another attempt. Left out: errors that may pass. */
  retries?: ((error: ApiError) => boolean) | undefined;
  /** Refresh at this interval in any case: for data that changes with time alone, such as stuck tasks. */
  everyMs?: number | undefined;
}

/**
 * One query to the API, refreshed on demand, on changes, and after failures. The only place that does so.
 *
 * Single flight: a refresh while a request is under way is remembered and sent after its answer. It does not abort the
 * request, or an answer slower than the refreshes would never arrive. Another query (`change`) does abort it.
 * A hidden page sends nothing: refreshes meanwhile become one request when it becomes visible.
 */
export class Poll {
  /** How long the last answer took: slow lists are refreshed less often. */
  tookMs = 0;
  readonly #retry: Retry;
  readonly #interval: ReturnType<typeof setInterval> | undefined;
  #flight: AbortController | undefined;
  #again = false;
  /** Identifies the one wait until the page is visible; another value means that this wait was cancelled. */
  #waiting: symbol | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the last request was sent; undefined before the first one, and after `stop`. */
  #requestedAt: number | undefined;

  constructor(private readonly options: PollOptions) {
    this.#retry = new Retry(options.retryMs, options.retries);
    if (options.everyMs !== undefined) {
      this.#interval = setInterval(() => {
        if (this.#requestedAt !== undefined) this.refresh();
      }, options.everyMs);
    }
  }

  /** Sends the same query again: now, or after the answer of the request under way. */
  refresh(): void {
    void this.#refresh();
  }

  /** Starts another query. Resolves after its answer, or with its error; at once while the page is hidden. */
  change(): Promise<ApiError | undefined> {
    this.stop();
    this.#retry.reset();
    return this.#refresh();
  }

  /** Something changed: refresh, at most once in `gapMs`. A scheduled retry keeps its time. */
  soon(gapMs: number): void {
    if (this.#timer !== undefined || this.#retry.due || this.#requestedAt === undefined) return;
    const wait = Math.max(0, this.#requestedAt + gapMs - performance.now());
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  /** Aborts the request under way; nothing is sent until the next `refresh` or `change`. */
  stop(): void {
    this.#clear();
    this.#flight?.abort();
    this.#flight = undefined;
    this.#again = false;
    this.#waiting = undefined;
    this.#requestedAt = undefined;
  }

  /** Stops permanently: call it when the component that shows the answer is destroyed. */
  close(): void {
    clearInterval(this.#interval);
    this.stop();
  }

  async #refresh(): Promise<ApiError | undefined> {
    this.#clear();
    if (!this.#flight && !isHidden()) return await this.#begin();
    if (this.#flight) this.#again = true;
    else this.#requestWhenVisible();
    return undefined;
  }

  #requestWhenVisible(): void {
    if (this.#waiting) return;
    const waiting = (this.#waiting = Symbol());
    void whenVisible().then(() => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      this.refresh();
    });
  }

  async #begin(): Promise<ApiError | undefined> {
    const own = new AbortController();
    this.#flight = own;
    this.#again = false;
    const begun = (this.#requestedAt = performance.now());
    let error: ApiError | undefined;
    try {
      await this.options.request(own.signal);
    } catch (fault) {
      error = asApiError(fault);
    }
    if (own.signal.aborted) return undefined;
    if (error) this.#failed(error);
    else {
      this.tookMs = performance.now() - begun;
      this.#retry.reset();
    }
    this.#flight = undefined;
    if (this.#again) this.refresh();
    return error;
  }

  #failed(error: ApiError): void {
    this.options.failed(error);
    this.#clear();
    this.#retry.after(error, () => this.refresh());
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#retry.cancel();
  }
}
