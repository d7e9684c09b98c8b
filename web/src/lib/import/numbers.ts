/** The numbers that an import will bring, and what became of its rows. */
import type { ImportItem, ImportReport, Preview, UnknownWord } from '../api/imports';
import { dateTime, duration, number, percent, plural } from '../format';
import { METRICS, TASK_STATUS, spoken } from '../words';

export interface Shown {
  key: string;
  name: string;
  text: string;
  /** What somebody should look at: a number that is more often wrong than right. */
  odd: boolean;
}

const count = (preview: Preview, name: string) => {
  const value = preview[name];
  return typeof value === 'number' ? value : null;
};
const at = (preview: Preview, name: string, zone: string) => {
  const value = preview[name];
  return dateTime(typeof value === 'string' ? value : null, zone);
};

/** Completed of all calls made, in percent; null over nothing. */
export function successRate(preview: Preview): number | null {
  const [calls, completed] = [count(preview, 'calls'), count(preview, 'completed')];
  return calls && completed !== null ? (100 * completed) / calls : null;
}

/** In the order of the board, then when and who. */
export function previewNumbers(preview: Preview, type: ImportItem['type'], zone: string): Shown[] {
  const plain = (key: string, name: string, text: string, odd = false) => ({ key, name, text, odd });
  const span = [plain('first', 'First', at(preview, 'first', zone)), plain('last', 'Last', at(preview, 'last', zone))];
  if (type === 'task') {
    const statuses = Object.entries(TASK_STATUS).map(([status, word]) =>
      plain(status, word.name, number(count(preview, status))),
    );
    return [plain('tasks', 'Tasks', number(count(preview, 'tasks'))), ...statuses, ...span];
  }
  const [calls, completed] = [count(preview, 'calls'), count(preview, 'completed')];
  const named = (key: string, metric: string, text: string, odd = false) =>
    plain(key, METRICS[metric]?.name ?? metric, text, odd);
  return [
    named('calls', 'total_calls', number(calls), calls === 0),
    named(
      'success_rate',
      'success_rate',
      percent(successRate(preview)),
      calls !== null && calls > 1 && completed === calls,
    ),
    named('completed', 'completed_calls', number(completed)),
    named('missed', 'missed_calls', number(count(preview, 'missed'))),
    named('failed', 'failed_calls', number(count(preview, 'failed'))),
    named(
      'average',
      'avg_duration_seconds',
      duration(count(preview, 'avg_duration_seconds')),
      completed !== null && completed > 0 && !count(preview, 'avg_duration_seconds'),
    ),
    ...span,
    plain('agents', 'Agents', number(count(preview, 'agents'))),
  ];
}

/** What is not in these numbers, one line each. */
export function notCounted({
  rejected,
  left_out,
  mended,
  preview,
}: Pick<ImportItem, 'rejected' | 'left_out' | 'mended' | 'preview'>): string[] {
  const silent = preview ? count(preview, 'completed_without_duration') : null;
  return [
    ...(rejected ? [`${plural(rejected, 'row')} cannot be taken.`] : []),
    ...Object.entries(left_out).map(([what, lines]) => `${plural(lines, 'line')} left out: ${what}.`),
    ...(mended ? [`${plural(mended, 'row')} read in spite of quotes that are not doubled.`] : []),
    ...(silent ? [`${plural(silent, 'completed call')} without a duration: the average leaves them out.`] : []),
  ];
}

const OUTCOMES = [
  ['received', 'Rows', 'Of the file.'],
  ['applied', 'Applied', 'They changed something.'],
  ['duplicate', 'Duplicate', 'Known already, counted once.'],
  ['stale', 'Stale', 'Older than what was known.'],
  ['rejected', 'Rejected', 'They could not be taken.'],
] as const;

export function outcomeNumbers(report: ImportReport): Shown[] {
  return OUTCOMES.map(([key, name]) => ({
    key,
    name,
    text: number(report[key]),
    odd: key === 'rejected' && report[key] > 0,
  }));
}

export interface Reason {
  reason: string;
  name: string;
  rows: number;
  /** The first line of it, and what was wrong there. */
  example: string;
}

/** Rejected rows by reason, those of most rows first. */
export function rejectedRows(report: ImportReport): Reason[] {
  return Object.entries(report.rejected_by_reason)
    .map(([reason, rows]) => {
      const example = report.rejected_examples?.[reason];
      return {
        reason,
        name: spoken(reason),
        rows,
        example: example ? `Line ${number(example.line)}: ${example.message}` : '',
      };
    })
    .sort((one, other) => other.rows - one.rows || one.reason.localeCompare(other.reason));
}

/** What an unknown word is, and the option that would map it. */
export function wordText({ field, word, rows }: UnknownWord): string {
  return word === null
    ? `Further words of ${field}, in ${plural(rows, 'row')}`
    : `“${word}” of ${field}, in ${plural(rows, 'row')}`;
}

/** What an import replaced, and what was left out; one line each. */
export function reportNotes(report: ImportReport): string[] {
  const batches = report.replaced_batches.join(', ');
  return [
    ...(report.saved_mapping ? [`How it is read is saved as the mapping ${report.saved_mapping}.`] : []),
    ...(batches ? [`It replaces ${batches}, of which nothing counts any more.`] : []),
    ...(report.replaced
      ? [`What was imported before about ${number(report.replaced)} calls and tasks is replaced.`]
      : []),
    ...notCounted({ ...report, rejected: 0, preview: null }),
  ];
}
