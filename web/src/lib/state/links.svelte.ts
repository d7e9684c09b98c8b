import { base } from '../api/base';
import { type Bounds, listPath } from '../api/links';
import { address } from './address.svelte';
import { statedZone } from './period.svelte';

/** The address of the list of a number on the board; undefined where it has none. */
export function listOf(link: string | null | undefined, bounds?: Bounds): string | undefined {
  const path = listPath(address, statedZone(), link, bounds);
  return path === undefined ? undefined : base + path;
}
