import { untrack } from 'svelte';
import { request } from '../api/client';
import type { ApiError } from '../api/error';
import { address } from './address.svelte';
import { live } from './live.svelte';
import { Poll } from './poll';
import { visible } from './visible.svelte';

export interface ResourceOptions {
  /** Refresh when the stream reports a change, at most this often. Left out: never. */
  liveEveryMs?: number;
  /** Refresh at this interval in any case: for data that changes with time alone, such as stuck tasks. */
  everyMs?: number;
}

/**
 * One query to the API, kept up to date. The answer on screen stays until a newer one arrives; when none arrives, `error`
 * says why and `asOf` is the time of the old answer. Create it while a component is initialized.
 */
export class Resource<T> {
  data = $state.raw<T>();
  error = $state.raw<ApiError>();
  /** The answer on screen is of a previous query. */
  outdated = $state(false);
  asOf = $state.raw<Date>();
  #path: string | null = null;
  #organization = '';
  readonly #poll: Poll;

  constructor(path: () => string | null, options: ResourceOptions = {}) {
    this.#poll = new Poll({
      request: (signal) => this.#request(signal),
      failed: (error) => (this.error = error),
      everyMs: options.everyMs,
    });
    $effect(() => {
      const next = path();
      const organization = address.organization;
      untrack(() => this.#aim(next, organization));
    });
    $effect(() => {
      void live.connections;
      untrack(() => this.error && this.refresh());
    });
    if (options.liveEveryMs !== undefined) {
      $effect(() => {
        void live.changes;
        // Changes while the page was hidden were not followed: refresh when it is visible again.
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

  async #request(signal: AbortSignal): Promise<void> {
    if (this.#path === null) return;
    const data = await request<T>(this.#path, { organization: this.#organization, signal });
    if (signal.aborted) return;
    this.data = data;
    this.asOf = new Date();
    this.error = undefined;
    this.outdated = false;
  }
}
