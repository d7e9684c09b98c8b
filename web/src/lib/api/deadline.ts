/** Ends what waits for an answer: when `outer` does, or when nothing has been heard for too long. */
export class Deadline {
  /** It was the time that ended it. */
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

  /** Something was heard: so long from now on. */
  renew(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#end();
    }, ms);
  }

  /** Nothing is waited for any more; what is still under way ends. */
  over(): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#end);
    this.#end();
  }
}
