/** Periods by civil days of a zone. */
import { table } from '../table';
import { DEFAULT_PERIOD, address } from './address.svelte';
import { home } from './home.svelte';

export const PERIODS: Record<string, { label: string; days: number }> = table({
  today: { label: 'Today', days: 1 },
  '7d': { label: 'Last 7 days', days: 7 },
  '30d': { label: 'Last 30 days', days: 30 },
  '90d': { label: 'Last 90 days', days: 90 },
  '365d': { label: 'Last 12 months', days: 365 },
});

export const ownZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const zones = new Map<string, boolean>();

/** Whether this browser knows the zone: it could not write a single time in another. */
export function isZone(name: string): boolean {
  let known = zones.get(name);
  if (known === undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      known = true;
    } catch {
      known = false;
    }
    zones.set(name, known);
  }
  return known;
}

/** The zone that the address names; '' for the home zone. */
export function statedZone(): string {
  const stated = address.get('timezone');
  return stated && isZone(stated) ? stated : '';
}

/** The zone of everything on screen. */
export function zone(): string {
  const used = statedZone() || home.zone || 'UTC';
  return isZone(used) ? used : 'UTC';
}

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;

/** Whether that is a day, or a moment of one, that the page can reckon with. */
export function isTime(text: string): boolean {
  const day = text.slice(0, 10);
  return (
    TIME.test(text) && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
  );
}

/** The civil date of an instant, as 2026-02-07. */
export function civilDate(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

export interface Period {
  name: string;
  start: string;
  /** Left out: now. */
  end: string;
  days: number;
}

/** What the address says the period is. */
export function period(): Period {
  const start = address.get('start');
  if (isTime(start)) {
    const end = isTime(address.get('end')) ? address.get('end') : '';
    const last = end || civilDate(new Date(), zone());
    const days = Math.round((Date.parse(last.slice(0, 10)) - Date.parse(start.slice(0, 10))) / 86_400_000) + 1;
    return { name: 'custom', start, end, days: Math.max(1, days) };
  }
  const named = address.get('period');
  const name = named in PERIODS ? named : DEFAULT_PERIOD;
  const days = PERIODS[name]?.days ?? 30;
  return { name, start: addDays(civilDate(new Date(), zone()), 1 - days), end: '', days };
}

/** The interval that gives a chart of this period a few dozen points. */
export function interval(days: number): 'hour' | 'day' | 'week' | 'month' {
  if (days <= 3) return 'hour';
  if (days <= 92) return 'day';
  if (days <= 400) return 'week';
  return 'month';
}

export const CALL_FILTERS = ['call_type', 'call_status', 'end_reason', 'agent', 'answered', 'answered_by'] as const;

/** Scope and period of a report as the address has them, and what is added. */
export function reportQuery(more: Record<string, string> = {}, filters = true): string {
  const query = new URLSearchParams();
  const { start, end } = period();
  query.set('start', start);
  if (end) query.set('end', end);
  query.set('timezone', zone());
  for (const name of ['space_token', ...(filters ? CALL_FILTERS : [])]) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return `?${query}`;
}

/** The scope alone, for what has no period. */
export function scopeQuery(more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  const space = address.get('space_token');
  if (space) query.set('space_token', space);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text ? `?${text}` : '';
}
