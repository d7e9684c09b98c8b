import { request } from '../api/client';
import type { ApiError } from '../api/error';
import type { List, SpaceItem } from '../api/types';
import { Poll } from './poll';

const RETRY_MS = 5000;

/** The campaigns of the organization on screen, for choosing one and for its name. */
class Campaigns {
  all = $state.raw<SpaceItem[]>([]);
  /** Whether `all` is an answer: an empty list before the first answer means not known. */
  known = $state(false);
  error = $state.raw<ApiError>();
  #organization = '';
  /** Every page needs the names of campaigns, so any failure is retried, even one that is likely permanent. */
  readonly #poll = new Poll({
    request: (signal) => this.#read(signal),
    failed: (error) => (this.error = error),
    retryMs: [RETRY_MS],
    retries: () => true,
  });

  /** Reads them again. Throws the error; retries are automatic. */
  async load(organization: string): Promise<void> {
    if (organization !== this.#organization) {
      this.all = [];
      this.known = false;
      this.error = undefined;
    }
    this.#organization = organization;
    const error = await this.#poll.change();
    if (error) throw error;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const organization = this.#organization;
    const found: SpaceItem[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<SpaceItem> = await request(
        `spaces/?page_size=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        { organization, signal },
      );
      found.push(...page.data);
      cursor = page.next_cursor;
    }
    if (signal.aborted) return;
    this.all = found.sort((one, other) => one.name.localeCompare(other.name));
    this.known = true;
    this.error = undefined;
  }

  name(token: string): string {
    return this.all.find((one) => one.token === token)?.name ?? token;
  }
}

export const campaigns = new Campaigns();
