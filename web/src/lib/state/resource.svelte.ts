import { untrack } from 'svelte';
import { request } from '../api/client';
import type { ApiError } from '../api/error';
import { address } from './address.svelte';
import { live } from './live.svelte';
import { Poll } from './poll';
import { visible } from './visible.svelte';

export interface ResourceOptions {
  /** Ask again when the stream says that something changed, at most this often. Left out: never. */
  liveEveryMs?: number;
  /** Ask again after so long in any case: for what changes with the time alone, as being stuck does. */
  everyMs?: number;
}

/**
 * One question to the API, kept answered. What is on screen stays there until a newer answer has come; when none
 * comes, `error` says so and `asOf` of when the old answer is. To be made while a component is.
 */
export class Resource<T> {
  data = $state.raw<T>();
  error = $state.raw<ApiError>();
  /** The answer on screen is to another question than the address asks by now. */
  outdated = $state(false);
  asOf = $state.raw<Date>();
  #path: string | null = null;
  #organization = '';
  readonly #poll: Poll;

  constructor(path: () => string | null, options: ResourceOptions = {}) {
    this.#poll = new Poll({
      ask: (signal) => this.#ask(signal),
      failed: (error) => (this.error = error),
      everyMs: options.everyMs,
    });
    $effect(() => {
      const asked = path();
      const organization = address.organization;
      untrack(() => this.#aim(asked, organization));
    });
    $effect(() => {
      void live.connections;
      untrack(() => this.error && this.refresh());
    });
    if (options.liveEveryMs !== undefined) {
      $effect(() => {
        void live.changes;
        // Changes while the page was hidden were not followed: ask when it is visible again.
        void visible.value;
        untrack(() => this.#poll.soon(options.liveEveryMs ?? 0));
      });
    }
    $effect(() => () => this.#poll.close());
  }

  #aim(path: string | null, organization: string): void {
    if (path === this.#path && organization === this.#organization) return;
    if (organization !== this.#organization) this.data = undefined;
    this.#path = path;
    this.#organization = organization;
    this.outdated = this.data !== undefined;
    if (path === null) this.#poll.stop();
    else void this.#poll.change();
  }

  refresh(): void {
    if (this.#path !== null) this.#poll.refresh();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    if (this.#path === null) return;
    const data = await request<T>(this.#path, { organization: this.#organization, signal });
    if (signal.aborted) return;
    this.data = data;
    this.asOf = new Date();
    this.error = undefined;
    this.outdated = false;
  }
}
