import { untrack } from 'svelte';
import { ApiError, request } from '../api/client';
import { address } from './address.svelte';
import { Asking } from './asking.svelte';
import { live } from './live.svelte';
import { visible } from './visible.svelte';

export interface ResourceOptions {
  /** Ask again when the stream says that something changed, at most this often. Left out: never. */
  liveEveryMs?: number;
  /** Ask again after so long in any case: for what changes with the time alone, as being stuck does. */
  everyMs?: number;
}

const RETRY_MS = [2000, 5000, 10_000, 30_000];

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
  #asking = new Asking((signal) => this.#ask(signal));
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(path: () => string | null, options: ResourceOptions = {}) {
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
        // Seen again: what happened meanwhile was not told.
        void visible.value;
        untrack(() => this.#soon(options.liveEveryMs ?? 0));
      });
    }
    if (options.everyMs !== undefined) {
      const again = setInterval(() => this.refresh(), options.everyMs);
      $effect(() => () => clearInterval(again));
    }
    $effect(() => () => clearTimeout(this.#timer));
  }

  #aim(path: string | null, organization: string): void {
    if (path === this.#path && organization === this.#organization) return;
    if (organization !== this.#organization) this.data = undefined;
    this.#path = path;
    this.#organization = organization;
    this.outdated = this.data !== undefined;
    this.#failures = 0;
    this.#asking.stop();
    this.refresh();
  }

  #soon(gapMs: number): void {
    if (this.#timer !== undefined || this.#path === null || this.#askedAt === 0) return;
    const wait = Math.max(0, this.#askedAt + gapMs - performance.now());
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#path !== null) this.#asking.refresh();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    if (this.#path === null) return;
    this.#askedAt = performance.now();
    try {
      const data = await request<T>(this.#path, { organization: this.#organization, signal });
      if (signal.aborted) return;
      this.data = data;
      this.asOf = new Date();
      this.error = undefined;
      this.outdated = false;
      this.#failures = 0;
    } catch (fault) {
      if (signal.aborted) return;
      const error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
      this.error = error;
      if (error.status === 0 || error.status >= 500 || error.status === 429) this.#later(error);
    }
  }

  #later(error: ApiError): void {
    const own = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 30_000;
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), Math.max(own, (error.retryAfterSeconds ?? 0) * 1000));
  }
}
