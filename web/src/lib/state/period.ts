/** Period, zone and scope of what is on screen, as the address has them. */
import { address } from './address.svelte';
import { type Period, civilDate, isZone, periodOf } from './days';
import { home } from './home.svelte';

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

/** What the address says the period is. */
export function period(): Period {
  return periodOf((name) => address.get(name), civilDate(new Date(), zone()));
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
