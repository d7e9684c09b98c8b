import { request } from '../api/client';
import type { List, SpaceItem } from '../api/types';

/** The campaigns of the organization on screen, for choosing one and for its name. */
class Campaigns {
  all = $state.raw<SpaceItem[]>([]);
  #organization = '';

  async load(organization: string): Promise<void> {
    if (organization !== this.#organization) this.all = [];
    this.#organization = organization;
    const found: SpaceItem[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: List<SpaceItem> = await request(`spaces/?page_size=1000${cursor ? `&cursor=${cursor}` : ''}`, { organization });
      found.push(...page.data);
      cursor = page.next_cursor;
    }
    if (organization === this.#organization) this.all = found.sort((one, other) => one.name.localeCompare(other.name));
  }

  name(token: string): string {
    return this.all.find((one) => one.token === token)?.name ?? token;
  }
}

export const campaigns = new Campaigns();
