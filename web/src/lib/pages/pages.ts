import type { Component } from 'svelte';
import Attention from './Attention.svelte';
import Batches from './Batches.svelte';
import Call from './Call.svelte';
import Calls from './Calls.svelte';
import Connect from './Connect.svelte';
import Delivery from './Delivery.svelte';
import Hook from './Hook.svelte';
import Import from './Import.svelte';
import Imports from './Imports.svelte';
import Overview from './Overview.svelte';
import Quarantine from './Quarantine.svelte';
import Settings from './Settings.svelte';
import Task from './Task.svelte';
import Tasks from './Tasks.svelte';
import Trust from './Trust.svelte';
import type { Role } from '../api/types';
import { table } from '../table';

/** The pages by their name in the address. Those with `nav` are in the navigation, in this order, for this role and up. */
export const PAGES: Record<string, { title: string; view: Component; nav?: true; role?: Role; of?: string }> = table({
  overview: { title: 'Overview', view: Overview, nav: true },
  attention: { title: 'Needs attention', view: Attention, nav: true },
  batches: { title: 'Batches', view: Batches, nav: true },
  tasks: { title: 'Tasks', view: Tasks, nav: true },
  task: { title: 'Task', view: Task, of: 'tasks' },
  calls: { title: 'Calls', view: Calls, nav: true },
  call: { title: 'Call', view: Call, of: 'calls' },
  imports: { title: 'Import', view: Imports, nav: true, role: 'member' },
  import: { title: 'Import', view: Import, of: 'imports' },
  connect: { title: 'Connect', view: Connect, nav: true, role: 'admin' },
  hook: { title: 'Hook', view: Hook, of: 'connect' },
  quarantine: { title: 'Quarantine', view: Quarantine, of: 'connect' },
  delivery: { title: 'Delivery', view: Delivery, of: 'connect' },
  trust: { title: 'Trust', view: Trust, nav: true },
  settings: { title: 'Settings', view: Settings, nav: true, role: 'admin' },
});
