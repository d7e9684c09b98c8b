/** Period, zone and scope of what is on screen, as the address has them. */
import { address } from './address.svelte';
import { type Period, civilDate, isZone, periodOf } from './days';
import { home } from './home.svelte';
import { ofPeriod, ofScope } from './report_query';

const get = (name: string) => address.get(name);

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
  return periodOf(get, civilDate(new Date(), zone()));
}

/** Scope and period of a report as the address has them, and what is added. */
export function reportQuery(more: Record<string, string> = {}, filters = true): string {
  return ofPeriod(get, period(), zone(), more, filters);
}

/** The scope alone, for what has no period. */
export function scopeQuery(more: Record<string, string> = {}): string {
  return ofScope(get, more);
}
