import { ApiError, request } from '../api/client';
import type { List, SpaceItem } from '../api/types';
import { whenVisible } from './visible.svelte';

const AGAIN_MS = 5000;

/** The campaigns of the organization on screen, for choosing one and for its name. */
class Campaigns {
  all = $state.raw<SpaceItem[]>([]);
  /** Whether `all` is an answer: before that, none is not the same as not known. */
  known = $state(false);
  error = $state.raw<ApiError>();
  #organization = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(organization: string): Promise<void> {
    if (organization !== this.#organization) {
      this.all = [];
      this.known = false;
      this.error = undefined;
    }
    this.#organization = organization;
    clearTimeout(this.#timer);
    try {
      await this.#read(organization);
    } catch (fault) {
      if (organization === this.#organization) {
        this.error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
        this.#timer = setTimeout(() => void this.#again(organization), AGAIN_MS);
      }
      throw fault;
    }
  }

  async #again(organization: string): Promise<void> {
    await whenVisible();
    if (organization === this.#organization) await this.load(organization).catch(() => {});
  }

  async #read(organization: string): Promise<void> {
    const found: SpaceItem[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<SpaceItem> = await request(
        `spaces/?page_size=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        { organization },
      );
      found.push(...page.data);
      cursor = page.next_cursor;
    }
    if (organization !== this.#organization) return;
    this.all = found.sort((one, other) => one.name.localeCompare(other.name));
    this.known = true;
    this.error = undefined;
  }

  name(token: string): string {
    return this.all.find((one) => one.token === token)?.name ?? token;
  }
}

export const campaigns = new Campaigns();
