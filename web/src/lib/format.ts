/** Numbers and times as the reader's locale writes them. */

const locale = navigator.languages?.[0] ?? 'en';
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });

export const NONE = '–';

export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : whole.format(value);
}

export function compact(value: number): string {
  return value < 10_000 ? whole.format(value) : short.format(value);
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : `${one.format(value)} %`;
}

export function points(value: number): string {
  return `${one.format(Math.abs(value))} pts`;
}

/** Seconds as people say them: 42 s, 2 min 15 s, 1 h 04 min, 3 d 2 h. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 10) return `${one.format(seconds)} s`;
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return all % 60 ? `${minutes} min ${all % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${whole.format(days)} d ${hours % 24} h` : `${whole.format(days)} d`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(kind: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${kind} ${timeZone}`;
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone })));
  return found;
}

export function dateTime(at: string | Date | null | undefined, timeZone: string): string {
  if (!at) return NONE;
  return format('dateTime', timeZone, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

export function day(at: string | Date, timeZone: string): string {
  return format('day', timeZone, { day: 'numeric', month: 'short' }).format(new Date(at));
}

export function longDay(at: string | Date, timeZone: string): string {
  return format('longDay', timeZone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at));
}

export function month(at: string | Date, timeZone: string): string {
  return format('month', timeZone, { month: 'short', year: 'numeric' }).format(new Date(at));
}

export function hour(at: string | Date, timeZone: string): string {
  return format('hour', timeZone, { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

export function clock(at: string | Date, timeZone: string): string {
  return format('clock', timeZone, { timeStyle: 'medium' }).format(new Date(at));
}

/** Monday to Sunday, in the reader's language. */
export const weekdays: string[] = Array.from({ length: 7 }, (_, index) =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + index)),
);

export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${number(count)} ${count === 1 ? singular : several}`;
}
