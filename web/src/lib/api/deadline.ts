/** Aborts a wait for an answer: when `outer` aborts, or when nothing was received for too long. */
export class Deadline {
  /** Whether it ended because the time ran out. */
  passed = false;
  readonly #own = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #end = () => this.#own.abort();

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    if (outer?.aborted) this.#end();
    outer?.addEventListener('abort', this.#end, { once: true });
    this.renew(ms);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Something was received: the time starts again. */
  renew(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#end();
    }, ms);
  }

  /** The wait is over; requests still under way are aborted. */
  over(): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#end);
    this.#end();
  }
}
