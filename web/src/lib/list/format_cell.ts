/** How lists and pages format a time, a talk time and an object: short, and to the second. */
import type { CallItem } from '../api/types';
import { NONE, duration } from '../format';

const locale = navigator.languages?.[0] ?? 'en';
const formats = new Map<string, Intl.DateTimeFormat>();

function written(timeZone: string, year: boolean): Intl.DateTimeFormat {
  const key = `${timeZone} ${year}`;
  let found = formats.get(key);
  if (!found) {
    const date: Intl.DateTimeFormatOptions = {
      day: 'numeric',
      month: 'short',
      ...(year ? { year: 'numeric' as const } : {}),
    };
    found = new Intl.DateTimeFormat(locale, {
      ...date,
      hour: 'numeric',
      minute: '2-digit',
      second: '2-digit',
      timeZone,
    });
    formats.set(key, found);
  }
  return found;
}

const NOW = new Date().getUTCFullYear();

/** 27 Nov, 03:51:14; with the year unless it is the current one. */
export function when(at: string | Date | null | undefined, timeZone: string): string {
  if (!at) return NONE;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return written(timeZone, date.getUTCFullYear() !== NOW).format(date);
}

export function talk(seconds: number | null | undefined): string {
  return seconds === 0 ? '0 s' : duration(seconds);
}

/** An additional object from the source, a line for each key. */
export function lines(value: object): string {
  return (
    Object.entries(value)
      .map(([key, one]) => `${key}: ${typeof one === 'object' && one !== null ? JSON.stringify(one) : String(one)}`)
      .join('\n') || NONE
  );
}

/** The number at the other end of a call. */
export function otherNumber(call: CallItem): string {
  return (call.call_type === 'inbound' ? call.source_number : (call.destination_number ?? call.source_number)) ?? NONE;
}
