/** The query of a report: its scope, its period and the filters that the address names. */
import type { Period } from './days';

type Get = (name: string) => string;

export const CALL_FILTERS = ['call_type', 'call_status', 'end_reason', 'agent', 'answered', 'answered_by'] as const;

/** `get` reads a parameter of the address; '' where it is missing. */
export function ofPeriod(
  get: Get,
  { start, end }: Pick<Period, 'start' | 'end'>,
  timeZone: string,
  more: Record<string, string> = {},
  filters = true,
): string {
  const query = new URLSearchParams({ start });
  if (end) query.set('end', end);
  query.set('timezone', timeZone);
  return text(query, get, ['space_token', ...(filters ? CALL_FILTERS : [])], more);
}

/** The scope alone, for what has no period. */
export function ofScope(get: Get, more: Record<string, string> = {}): string {
  return text(new URLSearchParams(), get, ['space_token'], more);
}

function text(query: URLSearchParams, get: Get, names: readonly string[], more: Record<string, string>): string {
  for (const name of names) if (get(name)) query.set(name, get(name));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const written = query.toString();
  return written ? `?${written}` : '';
}
