/** What lists and the page of a task show of it. */
import type { TaskItem } from '../api/types';
import { NONE, duration, number } from '../format';
import { SAID, spoken } from '../words';
import type { FieldRow } from './call';
import { lines, when } from './format_cell';

/** Why a task is where it is, in a few words. `seconds` is for how long it has been stuck. */
export function whyText(task: TaskItem, seconds: number, timeZone: string): string {
  if (task.stuck) return `${SAID[task.stuck.reason] ?? spoken(task.stuck.reason)}: ${duration(seconds)}`;
  if (task.status === 'failed') return task.failure_reason ? spoken(task.failure_reason) : 'No reason given';
  if (task.status === 'pending' && task.scheduled_at) return `Due ${when(task.scheduled_at, timeZone)}`;
  return NONE;
}

/** Every field of a task. `tasks` gives the list of tasks that are like it in something. */
export function taskRows(
  task: TaskItem,
  campaign: string,
  timeZone: string,
  tasks: (filter: Record<string, string>) => string,
): FieldRow[] {
  const { space_token, run_id, assignee, failure_reason } = task;
  const json = (value: object | null) => (value === null ? NONE : lines(value));
  return [
    { name: 'space_token', text: campaign, href: tasks({ space_token }) },
    { name: 'run_id', text: run_id ?? NONE, href: run_id ? tasks({ run_id, space_token }) : undefined },
    { name: 'assignee', text: assignee ?? NONE, href: assignee ? tasks({ assignee }) : undefined },
    { name: 'execution_type', text: task.execution_type ? spoken(task.execution_type) : NONE },
    { name: 'attempt', text: number(task.attempt) },
    { name: 'source_status', text: task.source_status },
    {
      name: 'failure_reason',
      text: failure_reason ? spoken(failure_reason) : NONE,
      href: failure_reason ? tasks({ failure_reason }) : undefined,
    },
    { name: 'created', text: when(task.created, timeZone) },
    { name: 'scheduled_at', text: when(task.scheduled_at, timeZone) },
    { name: 'modified', text: when(task.modified, timeZone) },
    { name: 'input', text: json(task.input) },
    { name: 'output', text: json(task.output) },
  ];
}
