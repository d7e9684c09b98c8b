/** What the filters of a list show and change. */
import { dateTime } from '../format';
import type { Changes } from '../state/board_path';
import { PERIODS, addDays } from '../state/days';
import { FILTERS, SAID, spoken } from '../words';
import { CALL_FIELDS, TASK_FIELDS, TIMES, type Kind, type Span } from './question';

type Get = (name: string) => string;

export function fieldsOf(kind: Kind): readonly string[] {
  return kind === 'calls' ? CALL_FIELDS : TASK_FIELDS;
}

/** Those of the names that have a value. */
export function setOf(names: readonly string[], get: Get): string[] {
  return names.filter((name) => get(name));
}

/** Filters in the address that have no control here: each is shown as a chip. */
export function chipsOf(kind: Kind, get: Get, controls: readonly string[]): string[] {
  return setOf(fieldsOf(kind), get).filter((name) => name !== 'space_token' && !controls.includes(name));
}

/** How many filters are set; from and to are one. */
export function countOf(kind: Kind, get: Get, at: Span): number {
  return setOf(fieldsOf(kind), get).length + (at.from || at.to ? 1 : 0);
}

/** Whether controls for days can show it: a link of a report may state moments. */
export function isCivil({ from, to }: Span): boolean {
  return [from, to].every((value) => !value || /^\d{4}-\d\d-\d\d$/.test(value));
}

/** The period that is chosen: its name, `custom`, or '' for any time. */
export function timeOf(kind: Kind, get: Get): string {
  if (TIMES[kind].some(get) || get('start')) return 'custom';
  return get('period') in PERIODS ? get('period') : '';
}

export function anyTime(kind: Kind): Changes {
  const [from, to] = TIMES[kind];
  return { [from]: null, [to]: null, period: null, start: null, end: null };
}

export function fromTo(kind: Kind, { from, to }: Span): Changes {
  return { ...anyTime(kind), [TIMES[kind][0]]: from, [TIMES[kind][1]]: to };
}

/** Another period is chosen; `custom` begins with the last seven days. */
export function chooseTime(kind: Kind, name: string, today: string): Changes {
  if (name === 'custom') return fromTo(kind, { from: addDays(today, -6), to: today });
  return { ...anyTime(kind), period: name };
}

/** Takes all filters out. */
export function cleared(kind: Kind): Changes {
  return { ...anyTime(kind), ...Object.fromEntries(fieldsOf(kind).map((name) => [name, null])) };
}

export function chipText(name: string, value: string, timeZone: string): string {
  const text = /T\d\d:/.test(value) ? dateTime(value, timeZone) : (SAID[value] ?? spoken(value));
  return `${FILTERS[name] ?? spoken(name)}: ${text}`;
}

/** A choice of a filter: yes and no say of what. */
export function choiceText(name: string, choice: string): string {
  const word = spoken(choice);
  return choice === 'true' || choice === 'false' ? `${FILTERS[name]}: ${word.toLowerCase()}` : word;
}
