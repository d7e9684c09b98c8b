import { address } from '../state/address.svelte';

const last: Record<string, string> = {};

/** Called by a list: this is where the way back leads to. */
export function remember(page: string): void {
  last[`${address.organization} ${page}`] = address.with({});
}

/** The list one came from, with its filters; else the list as such. */
export function wayBack(page: string): string {
  return last[`${address.organization} ${page}`] ?? address.to(page);
}

/** One call or task. Its campaign is not the campaign that lists are filtered by. */
export function one(page: 'call' | 'task', id: string, spaceToken: string): string {
  return address.along([page, id], { in: spaceToken });
}
