/** What needs attention, cause by cause. */
import type { AttentionItem } from '../api/types';

/** Causes in the order of their first item, which is that of their weight. */
export function byCause(items: readonly AttentionItem[]): [string, AttentionItem[]][] {
  const groups = new Map<string, AttentionItem[]>();
  for (const item of items) groups.set(item.cause, [...(groups.get(item.cause) ?? []), item]);
  return [...groups];
}

/** The page of one thing that a cause counts. */
export const pageOf = (cause: string) => (cause.startsWith('call_') ? 'call' : 'task');

/** What the items of a cause count. */
export const unitOf = (cause: string) => (cause === 'success_rate_fell' ? 'campaign' : pageOf(cause));
