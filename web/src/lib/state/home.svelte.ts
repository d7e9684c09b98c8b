import { request } from '../api/client';
import { ApiError } from '../api/error';
import type { Answer, SeriesData } from '../api/types';
import { Poll } from './poll';

const RETRY_MS = 2000;

/**
 * The default time zone of an address that names none: that of the campaign on screen, else the organization's. The
 * server knows it, and every report states the zone it used. The previous zone stays until the next one is known.
 */
class Home {
  zone = $state<string>();
  error = $state.raw<ApiError>();
  #organization = '';
  #space = '';
  #known = new Map<string, string>();
  /** Nothing can be shown without a zone, so any failure is retried, even one that is likely permanent. */
  readonly #poll = new Poll({
    request: (signal) => this.#request(signal),
    failed: (error) => (this.error = error),
    retryMs: [RETRY_MS],
    retries: () => true,
  });

  aim(organization: string, space: string): void {
    if (organization !== this.#organization) this.zone = undefined;
    this.#organization = organization;
    this.#space = space;
    const known = this.#known.get(this.#key());
    if (known) {
      this.#poll.stop();
      this.#take(known);
    } else void this.#poll.change();
  }

  /** A zone was changed: request it again. */
  forget(): void {
    this.#known.clear();
    if (this.#organization) void this.#poll.change();
  }

  #key(): string {
    return `${this.#organization} ${this.#space}`;
  }

  #take(zone: string): void {
    this.zone = zone;
    this.error = undefined;
  }

  async #request(signal: AbortSignal): Promise<void> {
    const zone = await reported(this.#organization, this.#space, signal);
    if (signal.aborted) return;
    this.#known.set(this.#key(), zone);
    this.#take(zone);
  }
}

/** The zone of a report that was requested without one. */
async function reported(organization: string, space: string, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({
    interval: 'total',
    metric: 'total_calls',
    ...(space ? { space_token: space } : {}),
  });
  try {
    return (await request<Answer<SeriesData>>(`organisation/analytics/series/?${query}`, { organization, signal })).data
      .timezone;
  } catch (fault) {
    // No such campaign: the page says so, in the organization's zone.
    if (space && fault instanceof ApiError && (fault.status === 404 || fault.status === 400))
      return reported(organization, '', signal);
    throw fault;
  }
}

export const home = new Home();
