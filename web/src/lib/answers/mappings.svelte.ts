import { request } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { ListedMapping, MappingItem } from '../api/imports';
import { segment } from '../api/segment';
import type { Answer, List } from '../api/types';
import { address } from '../state/address.svelte';
import { Resource } from '../state/resource.svelte';

const MAPPINGS = 'mappings/';

/** The saved mappings of the organization, by name. To be made while a component is. */
export class Mappings {
  readonly found: Resource<List<ListedMapping>>;
  readonly all = $derived.by(() => this.found.data?.data ?? []);
  /** Why the last step failed. */
  error = $state.raw<ApiError>();

  constructor(allowed: () => boolean) {
    this.found = new Resource<List<ListedMapping>>(() => (allowed() ? MAPPINGS : null));
  }

  /** Those of files whose rows are of this type. */
  of(type: string): ListedMapping[] {
    return this.all.filter((each) => each.type === type);
  }

  /** One with its options; undefined when that failed. */
  async one(name: string): Promise<MappingItem | undefined> {
    return await this.#step(async () => {
      const answer = await request<Answer<MappingItem>>(pathOf(name), { organization: address.organization });
      return answer.data;
    });
  }

  async remove(name: string): Promise<void> {
    await this.#step(() => request(pathOf(name), { method: 'DELETE', organization: address.organization }));
    this.found.refresh();
  }

  async #step<T>(carryOut: () => Promise<T>): Promise<T | undefined> {
    this.error = undefined;
    try {
      return await carryOut();
    } catch (fault) {
      this.error = asApiError(fault);
      return undefined;
    }
  }
}

function pathOf(name: string): string {
  return `${MAPPINGS}${segment(name)}/`;
}
