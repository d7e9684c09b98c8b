import { request } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { QuarantineItem, Replayed } from '../api/hooks';
import { segment } from '../api/segment';
import type { Answer, List } from '../api/types';
import { QUARANTINE_PAGE, type Replays, pageNumber } from '../hooks/quarantine';
import { each } from '../list/each';
import { address } from '../state/address.svelte';
import { Resource } from '../state/resource.svelte';

const QUARANTINE = 'quarantine/';
const AT_ONCE = 2;
const EVERY_MS = 5000;

/** How many deliveries are in quarantine. To be made while a component is, like the others here. */
export class QuarantineCount {
  readonly #found: Resource<List<QuarantineItem>>;
  readonly count = $derived.by(() => this.#found.data?.count ?? undefined);

  constructor(allowed: () => boolean) {
    this.#found = new Resource<List<QuarantineItem>>(() => (allowed() ? `${QUARANTINE}?page=1&page_size=1` : null), {
      everyMs: EVERY_MS,
    });
  }
}

/** A page of the deliveries in quarantine, newest first: all, or those of the hook that the address names. */
export class QuarantineList {
  readonly page = $derived(pageNumber(address.get('page')));
  readonly found: Resource<List<QuarantineItem>>;
  readonly items = $derived.by(() => this.found.data?.data ?? []);
  readonly count = $derived.by(() => this.found.data?.count ?? undefined);
  /** How many of how many are replayed so far; undefined while none are. */
  progress = $state.raw<{ done: number; of: number }>();
  replays = $state.raw<Replays>();

  constructor(allowed: () => boolean) {
    this.found = new Resource<List<QuarantineItem>>(() => (allowed() ? this.#path() : null), { everyMs: EVERY_MS });
  }

  /** Reads each of these again. What is refused stays, and is counted. */
  async replay(items: readonly QuarantineItem[]): Promise<void> {
    const told: Replays = { released: 0, kept: 0, failed: 0 };
    const organization = address.organization;
    this.replays = undefined;
    this.progress = { done: 0, of: items.length };
    await each(items, AT_ONCE, async (item) => {
      try {
        const path = `${pathOf(item.id)}replay/`;
        const { data } = await request<Answer<Replayed>>(path, { method: 'POST', organization });
        told[data.released ? 'released' : 'kept'] += 1;
      } catch {
        told.failed += 1;
      }
      this.progress = { done: (this.progress?.done ?? 0) + 1, of: items.length };
    });
    this.progress = undefined;
    this.replays = told;
    this.found.refresh();
  }

  #path(): string {
    const query = new URLSearchParams({ page: `${this.page}`, page_size: `${QUARANTINE_PAGE}` });
    if (address.get('hook_id')) query.set('hook_id', address.get('hook_id'));
    return `${QUARANTINE}?${query}`;
  }
}

/** The delivery that the address names, and what is done to it. */
export class OneDelivery {
  readonly id = $derived(address.rest.join('/'));
  readonly found: Resource<Answer<QuarantineItem>>;
  /** The delivery itself; undefined while another one's answer is here. */
  readonly item = $derived.by(() => (this.found.data?.data.id === this.id ? this.found.data.data : undefined));
  replayed = $state.raw<Replayed>();
  dropped = $state(false);
  busy = $state(false);
  /** Why the last step failed. */
  error = $state.raw<ApiError>();

  constructor(allowed: () => boolean) {
    this.found = new Resource<Answer<QuarantineItem>>(() => (allowed() && this.id ? pathOf(this.id) : null));
    $effect(() => {
      void this.id;
      this.replayed = this.error = undefined;
      this.dropped = false;
    });
  }

  async replay(): Promise<void> {
    await this.#step(async (path, organization) => {
      const answer = await request<Answer<Replayed>>(`${path}replay/`, { method: 'POST', organization });
      this.replayed = answer.data;
      // What is out of quarantine is not there to be asked for.
      if (!answer.data.released) this.found.refresh();
    });
  }

  async drop(): Promise<void> {
    await this.#step(async (path, organization) => {
      await request(path, { method: 'DELETE', organization });
      this.dropped = true;
    });
  }

  async #step(carryOut: (path: string, organization: string) => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = undefined;
    try {
      await carryOut(pathOf(this.id), address.organization);
    } catch (fault) {
      this.error = asApiError(fault);
    } finally {
      this.busy = false;
    }
  }
}

function pathOf(id: string): string {
  return `${QUARANTINE}${segment(id)}/`;
}
