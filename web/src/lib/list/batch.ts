/** What a batch is doing: how much of it is finished, how fast it goes and when it ends at that rate. */
import type { List, RunItem } from '../api/types';
import { NONE, number } from '../format';
import { when } from './format_cell';

export const HOUR_MS = 3_600_000;

/** Tasks finished by the hour, over the last hour or since its first change, as of `at`. */
export interface Pace {
  perHour: number;
  at: Date;
}

export const runKey = (run: RunItem) => `${run.space_token} ${run.run_id}`;
export const countOf = (run: RunItem, status: string) => run.task_status_breakdown[status] ?? 0;
export const finished = (run: RunItem) => countOf(run, 'completed') + countOf(run, 'failed');
export const percentDone = (run: RunItem) =>
  run.total_tasks ? Math.floor((finished(run) / run.total_tasks) * 100) : 0;
export const perHour = (tasks: number, ms: number) => (tasks * HOUR_MS) / Math.max(1, ms);

export function rateText(run: RunItem, pace: Pace | undefined): string {
  return run.status !== 'running' || !pace ? NONE : `${number(pace.perHour)} / h`;
}

export function endText(run: RunItem, pace: Pace | undefined, timeZone: string): string {
  if (run.status === 'completed' || run.status === 'failed') return when(run.modified, timeZone);
  if (run.status === 'pending') return 'Not begun';
  if (!pace) return NONE;
  if (!pace.perHour) return 'Nothing finished lately';
  const left = ((run.total_tasks - finished(run)) / pace.perHour) * HOUR_MS;
  return `≈ ${when(new Date(pace.at.getTime() + left), timeZone)}`;
}

/** The newest batches of several campaigns as one list, as far down as it is complete. */
export function newestOf(pages: List<RunItem>[]): RunItem[] {
  // Where a page has a next one, batches older than its last row are left out: rows not read yet belong between them.
  const edge =
    pages
      .filter((page) => page.next_cursor)
      .map((page) => page.data.at(-1)?.created ?? '')
      .sort()
      .at(-1) ?? '';
  return pages
    .flatMap((page) => page.data)
    .filter((run) => (run.created ?? '') >= edge)
    .sort(
      (one, other) => (other.created ?? '').localeCompare(one.created ?? '') || one.run_id.localeCompare(other.run_id),
    );
}
