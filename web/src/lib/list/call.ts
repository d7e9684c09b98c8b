/** What the page of a call shows of the call and its events. */
import type { CallItem, CallWithEvents } from '../api/types';
import { NONE, duration, money } from '../format';
import { CALL_STATUS, cameBy, spoken } from '../words';
import { lines, talk, when } from './format_cell';

type Event = CallWithEvents['events'][number];

/** A field as it is shown: its name in the API, its text, and where that leads. */
export interface FieldRow {
  name: string;
  text: string;
  href?: string | undefined;
}

const TIMES = ['creation_time', 'start_time', 'end_time', 'occurred_at', 'received_at'];
const WORDS = ['call_type', 'end_reason', 'answered_by'];
const SHOWN = [
  'call_type',
  'source_number',
  'destination_number',
  'creation_time',
  'start_time',
  'end_time',
  'call_duration',
  'end_reason',
  'source_end_reason',
  'answered_by',
  'agent',
  'task_id',
  'outcome',
  'space_token',
  'source',
  'cost',
  'billed_seconds',
] as const satisfies readonly (keyof CallItem)[];
/** Shown only where there are any: most calls have no group. */
const GROUPED = ['group_cost', 'leg_of', 'group_ids'] as const satisfies readonly (keyof CallWithEvents)[];
const SENT_BESIDE = ['external_ids', 'metadata'] as const satisfies readonly (keyof CallItem)[];
type Money = NonNullable<CallItem['cost']>;

/** The value of a field as people read it. `campaign` gives the name of a campaign. */
export function fieldText(name: string, value: unknown, timeZone: string, campaign: (token: string) => string): string {
  if (value === null || value === undefined || value === '') return NONE;
  if (name === 'call_duration' || name === 'billed_seconds') return talk(Number(value));
  if (isMoney(value)) return money(value.amount, value.currency);
  if (Array.isArray(value)) return value.map((one) => fieldText('', one, timeZone, campaign)).join('\n') || NONE;
  if (typeof value === 'object') return lines(value);
  const text = `${value as string | number | boolean}`;
  if (name === 'call_status') return CALL_STATUS[text]?.name ?? spoken(text);
  if (TIMES.includes(name)) return when(text, timeZone);
  if (WORDS.includes(name)) return spoken(text);
  if (name === 'space_token') return campaign(text);
  if (name === 'source') return cameBy(text);
  return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : text;
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

/** Every field of a call, each with the address in `links` of its name. */
export function callRows(
  call: CallWithEvents,
  text: (name: string, value: unknown) => string,
  links: Record<string, string>,
): FieldRow[] {
  return [
    ...SHOWN.map((name) => ({ name, text: text(name, call[name]), href: links[name] || undefined })),
    ...GROUPED.map((name) => ({ name, text: groupText(call, name, text), href: links[name] || undefined })).filter(
      (row) => row.text !== NONE,
    ),
    ...SENT_BESIDE.map((name) => ({ name, text: text(name, call[name]) })),
  ];
}

function groupText(
  call: CallWithEvents,
  name: (typeof GROUPED)[number],
  text: (name: string, value: unknown) => string,
): string {
  // Of a call without legs it is the cost of the call.
  return name === 'group_cost' && !call.legs.length ? NONE : text(name, call[name]);
}

/** How long after it happened an event arrived. */
export function lag(event: Event): string {
  const ms = Date.parse(event.received_at ?? '') - Date.parse(event.occurred_at ?? '');
  return ms >= 1000 ? `received ${duration(ms / 1000)} later` : 'received at once';
}
