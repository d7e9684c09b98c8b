/** What the page of a call shows of the call and its events. */
import type { CallItem, CallWithEvents } from '../api/types';
import { NONE, duration } from '../format';
import { CALL_STATUS, SAID, spoken } from '../words';
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
  'space_token',
  'source',
] as const satisfies readonly (keyof CallItem)[];

/** The value of a field as people read it. `campaign` gives the name of a campaign. */
export function fieldText(name: string, value: unknown, timeZone: string, campaign: (token: string) => string): string {
  if (value === null || value === undefined || value === '') return NONE;
  if (name === 'call_duration') return talk(Number(value));
  if (typeof value === 'object') return lines(value);
  const text = `${value as string | number | boolean}`;
  if (name === 'call_status') return CALL_STATUS[text]?.name ?? spoken(text);
  if (TIMES.includes(name)) return when(text, timeZone);
  if (WORDS.includes(name)) return spoken(text);
  if (name === 'space_token') return campaign(text);
  if (name === 'source') return SAID[text] ?? spoken(text);
  return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : text;
}

/** An additional object from the source, as of the last event that changed it. */
function latest(events: readonly Event[], name: string): unknown {
  return events.reduce<unknown>((last, event) => (name in event.changed ? event.changed[name]?.[1] : last), null);
}

/** Every field of a call, each with the address in `links` of its name. */
export function callRows(
  call: CallWithEvents,
  text: (name: string, value: unknown) => string,
  links: Record<string, string>,
): FieldRow[] {
  return [
    ...SHOWN.map((name) => ({ name, text: text(name, call[name]), href: links[name] || undefined })),
    ...['external_ids', 'metadata'].map((name) => ({ name, text: text(name, latest(call.events, name)) })),
  ];
}

/** How long after it happened an event arrived. */
export function lag(event: Event): string {
  const ms = Date.parse(event.received_at ?? '') - Date.parse(event.occurred_at ?? '');
  return ms >= 1000 ? `received ${duration(ms / 1000)} later` : 'received at once';
}
