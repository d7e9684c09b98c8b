import type { Component } from 'svelte';
import Attention from './Attention.svelte';
import Batches from './Batches.svelte';
import Call from './Call.svelte';
import Calls from './Calls.svelte';
import Overview from './Overview.svelte';
import Settings from './Settings.svelte';
import Task from './Task.svelte';
import Tasks from './Tasks.svelte';
import Trust from './Trust.svelte';
import { table } from '../table';

/** The pages by their name in the address. Those with `nav` are in the navigation, in this order. */
export const PAGES: Record<string, { title: string; view: Component; nav?: true; admin?: true; of?: string }> = table({
  overview: { title: 'Overview', view: Overview, nav: true },
  attention: { title: 'Needs attention', view: Attention, nav: true },
  batches: { title: 'Batches', view: Batches, nav: true },
  tasks: { title: 'Tasks', view: Tasks, nav: true },
  task: { title: 'Task', view: Task, of: 'tasks' },
  calls: { title: 'Calls', view: Calls, nav: true },
  call: { title: 'Call', view: Call, of: 'calls' },
  trust: { title: 'Trust', view: Trust, nav: true },
  settings: { title: 'Settings', view: Settings, nav: true, admin: true },
});
