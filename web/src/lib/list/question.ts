/** The list that the address asks for: the API's own names for its filters, so that every link of a report is one. */
import type { Period } from '../state/days';

type Get = (name: string) => string;

export const CALL_FIELDS = [
  'space_token',
  'content_type',
  'call_type',
  'call_status',
  'end_reason',
  'agent',
  'answered',
  'answered_by',
  'made',
  'final',
  'source_number',
  'destination_number',
  'duration_known',
  'min_duration',
  'max_duration',
  'time_to_answer_known',
  'min_time_to_answer',
  'max_time_to_answer',
  'talking_at',
  'offered_at',
  'unplaced',
  'task_id',
  'outcome',
  'external_id',
  'has_legs',
  'contradicting',
] as const;

export const TASK_FIELDS = [
  'space_token',
  'content_type',
  'run_id',
  'status',
  'failure_reason',
  'assignee',
  'attempt',
  'waiting_before',
  'call_ended',
  'updated_before',
  'stuck',
] as const;

export type Kind = 'calls' | 'tasks';

export const TIMES: Record<Kind, readonly [string, string]> = {
  calls: ['start_date', 'end_date'],
  tasks: ['created_from', 'created_to'],
};

export interface Span {
  from: string;
  to: string;
}

/** From when to when: what the list's own link says, else the period that came along; '' is open. */
export function spanOf(kind: Kind, get: Get, period: Pick<Period, 'start' | 'end'>): Span {
  const [from, to] = TIMES[kind];
  if (get(from) || get(to)) return { from: get(from), to: get(to) };
  if (!get('period') && !get('start')) return { from: '', to: '' };
  return { from: period.start, to: period.end };
}

/** Filters, time and zone as the API takes them. */
export function questionOf(kind: Kind, get: Get, { from, to }: Span, timeZone: string): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of kind === 'calls' ? CALL_FIELDS : TASK_FIELDS) if (get(name)) query.set(name, get(name));
  if (from) query.set(TIMES[kind][0], from);
  if (to) query.set(TIMES[kind][1], to);
  if (from || to) query.set('timezone', timeZone);
  return query;
}
