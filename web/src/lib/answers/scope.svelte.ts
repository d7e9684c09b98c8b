import type { Answer, AttentionData, Trust } from '../api/types';
import { scopeQuery } from '../state/period.svelte';
import { Resource } from '../state/resource.svelte';

/** What needs attention in the scope on screen, kept answered. Being stuck comes with time alone. */
export function attentionAnswer(): Resource<Answer<AttentionData>> {
  return new Resource(() => `organisation/analytics/attention/${scopeQuery()}`, { liveEveryMs: 1000, everyMs: 30_000 });
}

/** How far the numbers of the scope on screen can be trusted, kept answered. */
export function trustAnswer(): Resource<Answer<Trust>> {
  return new Resource(() => `organisation/analytics/trust/${scopeQuery()}`, { liveEveryMs: 1000, everyMs: 60_000 });
}
