import { base } from '../api/base';
import { type Bounds, listPath } from '../api/links';
import { address } from './address.svelte';
import { statedZone } from './period.svelte';

/** Where on the board the list behind a number is; undefined where it has none. */
export function listOf(link: string | null | undefined, bounds?: Bounds): string | undefined {
  const path = listPath(address, statedZone(), link, bounds);
  return path === undefined ? undefined : base + path;
}
