import { visible } from './visible.svelte';

/**
 * One question at a time. A refresh while one is under way is remembered and asked once that has its answer: it never
 * ends it, or an answer slower than the refreshes would never come. Another question does end it. While the page is
 * hidden nothing is asked: that, too, is remembered. To be made while a component is.
 */
export class Asking {
  #under: AbortController | undefined;
  #again = false;

  /** `ask` takes its own errors; its answer counts unless the signal was aborted meanwhile. */
  constructor(private readonly ask: (signal: AbortSignal) => Promise<void>) {
    $effect(() => {
      if (visible.value && this.#again) this.refresh();
    });
    $effect(() => () => this.stop());
  }

  /** The same question once more. */
  refresh(): void {
    if (this.#under || document.visibilityState === 'hidden') this.#again = true;
    else this.#begin();
  }

  /** Another question. */
  change(): void {
    this.stop();
    this.refresh();
  }

  stop(): void {
    this.#under?.abort();
    this.#under = undefined;
    this.#again = false;
  }

  #begin(): void {
    const own = new AbortController();
    this.#under = own;
    this.#again = false;
    void this.ask(own.signal).finally(() => {
      if (this.#under !== own) return;
      this.#under = undefined;
      if (this.#again) this.refresh();
    });
  }
}
