/** The verdicts and rows of the trust page. */
import type { Trust } from '../api/types';
import { number, percent, plural } from '../format';
import { REJECTED, TERMS } from '../words';

export type Outcomes = Trust['outcomes'];
export type Verification = NonNullable<Trust['last_verification']>;

/** After so long without an event the platform may have stopped sending. */
export const QUIET_S = 24 * 3600;

export function isQuiet(secondsSinceLastEvent: number): boolean {
  return secondsSinceLastEvent > QUIET_S;
}

/** A figure, what it is, and whether it needs attention. */
export interface Verdict {
  figure: string;
  text: string;
  off: boolean;
}

export function completeness({ received, rejected }: Outcomes): Verdict {
  return {
    figure: number(received),
    text: rejected ? 'events received' : 'events, none rejected',
    off: rejected > 0,
  };
}

export function correctness({ drift }: Pick<Verification, 'drift'>): Verdict {
  return drift
    ? { figure: plural(drift, 'number'), text: 'differed from a recount', off: true }
    : { figure: 'Every number', text: 'was what a recount gives', off: false };
}

export interface OutcomeRow {
  key: 'applied' | 'duplicate' | 'stale' | 'rejected';
  name: string;
  meaning: string;
  colour: string;
  events: number;
  /** Its share of all events received; '' when there are none. */
  share: string;
}

const OUTCOMES = [
  ['applied', 'Applied', '--completed'],
  ['duplicate', 'Repeated', '--pending'],
  ['stale', 'Overtaken', '--ringing'],
  ['rejected', 'Rejected', '--failed'],
] as const;

/** Every event received has one of these outcomes. */
export function outcomeRows(sums: Outcomes): OutcomeRow[] {
  return OUTCOMES.map(([key, name, colour]) => ({
    key,
    name,
    meaning: TERMS[key],
    colour,
    events: sums[key],
    share: sums.received ? percent((sums[key] / sums.received) * 100) : '',
  }));
}

/** The bar of outcomes for screen readers. */
export function outcomesAloud(rows: readonly OutcomeRow[]): string {
  return rows.map((row) => `${row.name} ${number(row.events)}`).join(', ');
}

/** What a reason of rejections means, and what to do. */
export function rejection(reason: string): string {
  return REJECTED[reason] ?? 'The answer to whoever sent it says which field, and why.';
}
