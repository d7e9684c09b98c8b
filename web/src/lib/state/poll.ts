import { type ApiError, asApiError } from '../api/error';
import { Retry } from './backoff';
import { isHidden, whenVisible } from './when_visible';

export interface PollOptions {
  /** Asks, and throws what goes wrong. Its answer counts only while the signal is not aborted. */
  ask: (signal: AbortSignal) => Promise<void>;
  /** Takes the error of a question that was not superseded. */
  failed: (error: ApiError) => void;
  retryMs?: readonly number[] | undefined;
  /** Whether an error is worth another attempt. Left out: errors that may pass. */
  retries?: ((error: ApiError) => boolean) | undefined;
  /** Ask again at this interval in any case: for what changes with time alone, as being stuck does. */
  everyMs?: number | undefined;
}

/**
 * One question to the API, asked again on demand, on changes, and after failures. The only place that does so.
 *
 * Single flight: a refresh while a question is under way is remembered and asked once that has its answer. It does not
 * abort it, or an answer slower than the refreshes would never arrive. Another question (`change`) does abort it.
 * A hidden page asks nothing: what was wanted meanwhile is asked once when it becomes visible.
 */
export class Poll {
  /** How long the last answer took: a list that is slow to answer is asked less often. */
  tookMs = 0;
  readonly #retry: Retry;
  readonly #interval: ReturnType<typeof setInterval> | undefined;
  #flight: AbortController | undefined;
  #again = false;
  /** Stands for the one wait until the page is visible; another value means that this wait was given up. */
  #waiting: symbol | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it was last asked; undefined before the first time, and after `stop`. */
  #askedAt: number | undefined;

  constructor(private readonly options: PollOptions) {
    this.#retry = new Retry(options.retryMs, options.retries);
    if (options.everyMs !== undefined) {
      this.#interval = setInterval(() => {
        if (this.#askedAt !== undefined) this.refresh();
      }, options.everyMs);
    }
  }

  /** The same question once more: now, or when the answer under way is here. */
  refresh(): void {
    void this.#refresh();
  }

  /** Another question. Resolves when it has been answered, or with its error; at once where the page is hidden. */
  change(): Promise<ApiError | undefined> {
    this.stop();
    this.#retry.reset();
    return this.#refresh();
  }

  /** Something changed: ask again, at most once in `gapMs`. A retry that is due stays when it was due. */
  soon(gapMs: number): void {
    if (this.#timer !== undefined || this.#retry.due || this.#askedAt === undefined) return;
    const wait = Math.max(0, this.#askedAt + gapMs - performance.now());
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  /** Ends what is under way; nothing is asked until the next `refresh` or `change`. */
  stop(): void {
    this.#clear();
    this.#flight?.abort();
    this.#flight = undefined;
    this.#again = false;
    this.#waiting = undefined;
    this.#askedAt = undefined;
  }

  /** Ends it for good: to be called when the component that shows the answer goes. */
  close(): void {
    clearInterval(this.#interval);
    this.stop();
  }

  async #refresh(): Promise<ApiError | undefined> {
    this.#clear();
    if (!this.#flight && !isHidden()) return await this.#begin();
    if (this.#flight) this.#again = true;
    else this.#askWhenVisible();
    return undefined;
  }

  #askWhenVisible(): void {
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
    const begun = (this.#askedAt = performance.now());
    let error: ApiError | undefined;
    try {
      await this.options.ask(own.signal);
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
