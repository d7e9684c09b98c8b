import type { Answer, AttentionData, DurationsData, SeriesData, Trust } from '../api/types';
import { address } from '../state/address.svelte';
import { interval } from '../state/days';
import { period, reportQuery, scopeQuery } from '../state/period.svelte';
import { Resource } from '../state/resource.svelte';
import { DIMENSIONS } from '../words';

const REPORTS = 'organisation/analytics/';
const WHOLE = 'total_calls,completed_calls,missed_calls,failed_calls,avg_duration_seconds,success_rate';
const COMPARED = 'total_calls,completed_calls,failed_calls,success_rate,answer_rate,avg_duration_seconds';
const TASKS = 'total_tasks,tasks_pending,tasks_running,tasks_completed,tasks_failed';
type Series = Answer<SeriesData>;

const series = (more: Record<string, string>, filters = true) => `${REPORTS}series/${reportQuery(more, filters)}`;

/** Every report of the overview, kept answered. To be made while a component is. */
export class OverviewAnswers {
  readonly step = $derived(interval(period().days));
  /** What the bars are grouped by. */
  readonly group = $derived(address.get('group') in DIMENSIONS ? address.get('group') : 'call_status');

  // The headline and the bars by status are one answer, of one moment: they can never be a call apart.
  readonly totals = new Resource<Series>(() => series({ interval: this.step, metric: WHOLE, compare: 'previous' }), {
    liveEveryMs: 250,
  });
  readonly tasks = new Resource<Series>(() => series({ interval: 'total', metric: TASKS }, false), {
    liveEveryMs: 250,
  });
  readonly attention = new Resource<Answer<AttentionData>>(() => `${REPORTS}attention/${scopeQuery()}`, {
    liveEveryMs: 2000,
    everyMs: 30_000,
  });
  readonly trust = new Resource<Answer<Trust>>(() => `${REPORTS}trust/${scopeQuery()}`, { liveEveryMs: 2000 });
  readonly #grouped = new Resource<Series>(
    () =>
      this.group === 'call_status'
        ? null
        : series({ interval: this.step, group_by: this.group, metric: 'total_calls' }),
    { liveEveryMs: 2000 },
  );
  readonly lengths = new Resource<Answer<DurationsData>>(() => `${REPORTS}durations/${reportQuery()}`, {
    liveEveryMs: 15_000,
  });
  readonly reasons = new Resource<Series>(
    () => series({ interval: 'total', group_by: 'end_reason', metric: 'total_calls' }),
    { liveEveryMs: 15_000 },
  );
  readonly hours = new Resource<Series>(
    () => series({ interval: 'hour', metric: 'answer_rate,completed_calls,missed_calls,failed_calls' }),
    { liveEveryMs: 60_000 },
  );
  readonly bySpace = new Resource<Series>(() => this.#compared('space_token'), { liveEveryMs: 15_000 });
  readonly byAgent = new Resource<Series>(() => this.#compared('agent'), { liveEveryMs: 15_000 });

  /** Calls over time, by the chosen group. */
  get course(): Resource<Series> {
    return this.group === 'call_status' ? this.totals : this.#grouped;
  }

  #compared(by: string): string {
    return series({ interval: this.step, group_by: by, metric: COMPARED, compare: 'previous' });
  }
}
