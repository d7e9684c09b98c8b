/** Periods by civil days of a zone. */
import { table } from '../table';

/** What the overview shows where its address names no period; a list shows everything then. */
export const DEFAULT_PERIOD = '30d';

export const PERIODS: Record<string, { label: string; days: number }> = table({
  today: { label: 'Today', days: 1 },
  '7d': { label: 'Last 7 days', days: 7 },
  '30d': { label: 'Last 30 days', days: 30 },
  '90d': { label: 'Last 90 days', days: 90 },
  '365d': { label: 'Last 12 months', days: 365 },
});

export const ownZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** All zones that this browser knows, UTC first. */
export const TIME_ZONES: readonly string[] = [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
];

const zones = new Map<string, boolean>();

/** Whether this browser knows the zone: it cannot format times in an unknown one. */
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

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;

/** Whether it is a valid day or time. */
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

/** The period that an address names by `start` and `end` or by `period`; `today` is the civil date in its zone. */
export function periodOf(get: (name: string) => string, today: string): Period {
  const start = get('start');
  if (isTime(start)) {
    const end = isTime(get('end')) ? get('end') : '';
    const last = end || today;
    const days = Math.round((Date.parse(last.slice(0, 10)) - Date.parse(start.slice(0, 10))) / 86_400_000) + 1;
    return { name: 'custom', start, end, days: Math.max(1, days) };
  }
  const named = get('period');
  const name = named in PERIODS ? named : DEFAULT_PERIOD;
  const days = PERIODS[name]?.days ?? 30;
  return { name, start: addDays(today, 1 - days), end: '', days };
}

/** Another period is chosen; `custom` goes on from the start of the one on screen until today. */
export function choosePeriod(name: string, start: string, today: string): Record<string, string | null> {
  if (name === 'custom') return { start, end: today, period: null };
  return { period: name === DEFAULT_PERIOD ? null : name, start: null, end: null };
}

/** The interval that gives a chart of this period a few dozen points. */
export function interval(days: number): 'hour' | 'day' | 'week' | 'month' {
  if (days <= 3) return 'hour';
  if (days <= 92) return 'day';
  if (days <= 400) return 'week';
  return 'month';
}
