import { ApiError, request } from '../api/client';
import type { Answer, SeriesData } from '../api/types';
import { whenVisible } from './visible.svelte';

const AGAIN_MS = 2000;

/**
 * The zone that is meant where an address names none: that of the campaign on screen, else the organization's. The server
 * knows it, and every report says which it used. Until another one is known the one before stays.
 */
class Home {
  zone = $state<string>();
  error = $state.raw<ApiError>();
  #organization = '';
  #space = '';
  #known = new Map<string, string>();
  #asked = 0;

  aim(organization: string, space: string): void {
    if (organization !== this.#organization) this.zone = undefined;
    this.#organization = organization;
    this.#space = space;
    const known = this.#known.get(this.#key());
    if (known) this.#take(known);
    else void this.#ask();
  }

  /** A zone was changed: ask again. */
  forget(): void {
    this.#known.clear();
    if (this.#organization) void this.#ask();
  }

  #key(): string {
    return `${this.#organization} ${this.#space}`;
  }

  #take(zone: string): void {
    this.#asked += 1;
    this.zone = zone;
    this.error = undefined;
  }

  async #ask(): Promise<void> {
    const asked = (this.#asked += 1);
    const [organization, space, key] = [this.#organization, this.#space, this.#key()];
    try {
      const zone = await reported(organization, space);
      if (asked !== this.#asked) return;
      this.#known.set(key, zone);
      this.#take(zone);
    } catch (fault) {
      if (asked !== this.#asked) return;
      this.error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
      setTimeout(() => void this.#again(asked), AGAIN_MS);
    }
  }

  async #again(asked: number): Promise<void> {
    await whenVisible();
    if (asked === this.#asked) await this.#ask();
  }
}

/** The zone that a report used which was asked for without one. */
async function reported(organization: string, space: string): Promise<string> {
  const query = new URLSearchParams({
    interval: 'total',
    metric: 'total_calls',
    ...(space ? { space_token: space } : {}),
  });
  try {
    return (await request<Answer<SeriesData>>(`organisation/analytics/series/?${query}`, { organization })).data
      .timezone;
  } catch (fault) {
    // No such campaign: the page says so, in the organization's zone.
    if (space && fault instanceof ApiError && (fault.status === 404 || fault.status === 400))
      return reported(organization, '');
    throw fault;
  }
}

export const home = new Home();
