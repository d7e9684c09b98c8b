import { address } from '../state/address.svelte';
import { period, zone } from '../state/period.svelte';
import { type Kind, type Span, questionOf, spanOf } from './question';

const get = (name: string) => address.get(name);

/** From when to when the list on screen is. */
export function span(kind: Kind): Span {
  return spanOf(kind, get, period());
}

/** What the list on screen asks the API. */
export function question(kind: Kind): URLSearchParams {
  return questionOf(kind, get, span(kind), zone());
}
