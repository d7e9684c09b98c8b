import type { CallItem, TaskItem } from '../api/types';
import { question } from '../list/query.svelte';
import { Paged } from '../list/paged.svelte';
import { Runs } from '../list/runs.svelte';

/** The calls that the address asks for. To be made while a component is, like the others here. */
export function callList(): Paged<CallItem> {
  return new Paged<CallItem>(() => `call-logs/?${question('calls')}`, {
    until: 'end_date',
    from: 'start_date',
    at: (call) => call.creation_time,
  });
}

/** The tasks that the address asks for. */
export function taskList(): Paged<TaskItem> {
  return new Paged<TaskItem>(() => `tasks/?${question('tasks')}`, {
    until: 'created_to',
    from: 'created_from',
    at: (task) => task.created,
  });
}

/** The newest batches of these campaigns. */
export function batchList(spaces: () => string[]): Runs {
  return new Runs(spaces);
}
