/** What the pages of quarantine show: deliveries by reason, one delivery, and what became of a replay. */
import type { QuarantineItem, Replayed } from '../api/hooks';
import { number, plural } from '../format';
import { REASONS } from './words';

/** Deliveries of one reason. */
export interface OfReason {
  reason: string;
  items: QuarantineItem[];
}

/** By reason, in the order of the table; reasons that it lacks come last. */
export function byReason(items: readonly QuarantineItem[]): OfReason[] {
  const groups = new Map<string, QuarantineItem[]>(Object.keys(REASONS).map((reason) => [reason, []]));
  for (const item of items) groups.set(item.reason, [...(groups.get(item.reason) ?? []), item]);
  return [...groups].filter(([, of]) => of.length).map(([reason, of]) => ({ reason, items: of }));
}

/** Its first fault, in a line. */
export function faultText(item: QuarantineItem): string {
  const first = item.faults.records[0];
  const more = item.faults.count - 1;
  const said = first?.word ? `${first.message} (“${first.word}”)` : (first?.message ?? '');
  return more > 0 ? `${said} and ${plural(more, 'more fault')}` : said;
}

/** Whether it can be read again. */
export function replayable(item: QuarantineItem): boolean {
  return !item.is_cut;
}

export function replayText(replayed: Replayed): string {
  if (!replayed.released) return 'It still cannot be read: its reasons of now are below.';
  const parts = (['applied', 'duplicate', 'stale', 'rejected'] as const)
    .filter((outcome) => replayed[outcome])
    .map((outcome) => `${number(replayed[outcome])} ${outcome}`);
  return `It was read, and is out of quarantine: ${parts.join(', ') || 'it says of no call'}.`;
}

/** What became of several replays. */
export interface Replays {
  released: number;
  kept: number;
  failed: number;
}

export function replaysText({ released, kept, failed }: Replays): string {
  const parts = [`${number(released)} read`, `${number(kept)} still cannot be read`];
  if (failed) parts.push(`${number(failed)} could not be asked`);
  return parts.join(', ');
}

/** How many characters of a body are shown before all of it is asked for. */
export const BODY_SHOWN = 20_000;

/** A body as people read it: JSON with its indents, a form field by field. */
export function bodyText(body: string, type: string): string {
  const media = type.split(';')[0]?.trim().toLowerCase() ?? '';
  if (media === 'application/x-www-form-urlencoded') {
    return [...new URLSearchParams(body)].map(([name, value]) => `${name} = ${value}`).join('\n');
  }
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** Pages of the list: the API's own numbers from 1. */
export const QUARANTINE_PAGE = 100;

export function pageNumber(text: string): number {
  const page = Number(text);
  return Number.isSafeInteger(page) && page > 0 && page < 10_000 ? page : 1;
}

export function lastPage(count: number): number {
  return Math.max(1, Math.ceil(count / QUARANTINE_PAGE));
}
