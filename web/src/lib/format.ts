/** Numbers and times as the reader's locale writes them. */

const locale = navigator.languages?.[0] ?? 'en';
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });

export const NONE = '–';

export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : whole.format(value);
}

/** With one digit after the decimal sign. */
export function tenths(value: number): string {
  return one.format(value);
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

/** An amount of money, with as many digits as it has: a call costs fractions of a cent. */
export function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 6 }).format(amount);
  } catch {
    return `${amount} ${currency}`; // No code of a currency.
  }
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

/** A moment as the reader's locale writes it; what is no moment stays as it was given. */
function written(at: string | Date, kind: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${kind} ${timeZone}`;
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone })));
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? String(at) : found.format(moment);
}

export function dateTime(at: string | Date | null | undefined, timeZone: string): string {
  if (!at) return NONE;
  return written(at, 'dateTime', timeZone, { dateStyle: 'medium', timeStyle: 'medium' });
}

export function day(at: string | Date, timeZone: string): string {
  return written(at, 'day', timeZone, { day: 'numeric', month: 'short' });
}

export function longDay(at: string | Date, timeZone: string): string {
  return written(at, 'longDay', timeZone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
}

export function month(at: string | Date, timeZone: string): string {
  return written(at, 'month', timeZone, { month: 'short', year: 'numeric' });
}

export function hour(at: string | Date, timeZone: string): string {
  return written(at, 'hour', timeZone, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
}

/** The name of a bar that lasts for `step`, on the axis and in full. */
export function barTick(at: string, step: string, timeZone: string): string {
  return step === 'hour' ? hour(at, timeZone) : step === 'month' ? month(at, timeZone) : day(at, timeZone);
}

export function barLabel(at: string, step: string, timeZone: string): string {
  return step === 'hour' || step === 'month' ? barTick(at, step, timeZone) : longDay(at, timeZone);
}

export function clock(at: string | Date, timeZone: string): string {
  return written(at, 'clock', timeZone, { timeStyle: 'medium' });
}

/** A time span, its end not included: whole days by their dates, anything else to the minute. */
export function spanText(start: string, end: string, timeZone: string): string {
  const clocks = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone });
  const whole = [start, end].every((at) => clocks.format(new Date(at)) === '00:00:00' && Date.parse(at) % 1000 === 0);
  if (!whole) return `${minute(start, timeZone)} – ${minute(end, timeZone)}`;
  const [from, to] = [date(start, timeZone), date(new Date(Date.parse(end) - 1), timeZone)];
  return from === to ? from : `${from} – ${to}`;
}

function minute(at: string | Date, timeZone: string): string {
  return written(at, 'minute', timeZone, { dateStyle: 'medium', timeStyle: 'short' });
}

function date(at: string | Date, timeZone: string): string {
  return written(at, 'date', timeZone, { dateStyle: 'medium' });
}

/** Monday to Sunday, in the reader's language. */
export const weekdays: string[] = Array.from({ length: 7 }, (_, index) =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + index)),
);

export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${number(count)} ${count === 1 ? singular : several}`;
}
