/** The words of the board: one name and one line of meaning for each thing, said the same everywhere. */

import { table } from './table';

export interface Word {
  name: string;
  meaning: string;
}

/** What the three ends of a call mean: as a number and as a status. */
const ENDED = {
  completed: 'Calls whose parties were connected and that ended normally, voicemail included.',
  missed: 'Calls that were offered and never connected: no answer, busy, rejected.',
  failed: 'Calls that could not be offered, or were connected and then cut by an error.',
};

export const METRICS: Record<string, Word> = table({
  total_calls: { name: 'Calls', meaning: 'Every call made, once. One that only waits to be made is not counted.' },
  completed_calls: {
    name: 'Completed',
    meaning: ENDED.completed,
  },
  missed_calls: { name: 'Missed', meaning: ENDED.missed },
  failed_calls: {
    name: 'Failed',
    meaning: ENDED.failed,
  },
  avg_duration_seconds: {
    name: 'Average duration',
    meaning: 'Mean talk time of completed calls whose duration is known.',
  },
  success_rate: { name: 'Success rate', meaning: 'Completed calls of all calls made.' },
  answer_rate: { name: 'Answer rate', meaning: 'Answered calls of those that have ended.' },
  total_tasks: { name: 'Tasks', meaning: 'Things to do, usually one call to make, once each, created in this period.' },
});

export const TERMS = {
  campaign: 'Calls and tasks that belong together.',
  batch: 'Tasks that were created together.',
  attention:
    'What will most likely not go on by itself: stuck tasks, calls without an end, failures, a success rate that fell.',
  stuck: 'A task that runs or waits for longer than its campaign allows.',
  fresh: 'How long ago the last event came, and how long events take to get here.',
  talkTime: 'From answer to end, of completed calls.',
  timeToAnswer: 'From the call’s creation to its answer.',
  percentile: 'So many percent of calls are at most this long; within 1 %.',
  endReason: 'Why a call ended.',
  heat: 'Answered calls of those that ended, by the hour in which they were made.',
  agent: 'Who or what talked: a person or a voice agent.',
  change: 'Of the number of calls, against the same stretch of time before.',
  progress: 'Tasks that are completed or failed, of all.',
  rate: 'Tasks finished, by the hour: of the last hour, or since the batch first moved where that is less long ago. Not told before five have ended.',
  expectedEnd: 'When the rest is done, if it goes on at this rate.',
  legs: 'Parts of this call that were told of by themselves: a transfer, the other end, or the same call as another platform tells it. They count once, together.',
  lag: 'From when it happened to when it arrived here.',
  duplicate: 'Known already: sent again, and counted once.',
  stale: 'Older than what was known: kept, and nothing changed.',
  applied: 'Events that changed something.',
  rejected: 'Events that could not be read as they should be; their sender was told why.',
  verification: 'A recount of everything from the events, compared with the numbers shown.',
  unknownDurations: 'Completed calls whose duration nobody told. No average holds them.',
} as const;

export interface StatusWord extends Word {
  colour: string;
  shape: string;
}

/** One colour and one shape for each status, everywhere. The order is that of a stacked bar, from the ground up. */
export const CALL_STATUS: Record<string, StatusWord> = table({
  completed: { name: 'Completed', meaning: ENDED.completed, colour: '--completed', shape: 'check' },
  missed: { name: 'Missed', meaning: ENDED.missed, colour: '--missed', shape: 'ring' },
  failed: { name: 'Failed', meaning: ENDED.failed, colour: '--failed', shape: 'cross' },
  in_progress: { name: 'In progress', meaning: 'The parties are talking.', colour: '--running', shape: 'half' },
  ringing: { name: 'Ringing', meaning: 'Offered, and not answered yet.', colour: '--ringing', shape: 'dot' },
  queued: { name: 'Queued', meaning: 'Not made yet.', colour: '--pending', shape: 'dash' },
});

export const TASK_STATUS: Record<string, StatusWord> = table({
  completed: { name: 'Completed', meaning: 'Done.', colour: '--completed', shape: 'check' },
  failed: { name: 'Failed', meaning: 'Given up, for a reason.', colour: '--failed', shape: 'cross' },
  running: { name: 'Running', meaning: 'Somebody is at it.', colour: '--running', shape: 'half' },
  pending: {
    name: 'Pending',
    meaning: 'Waits for its time, or for somebody to take it up.',
    colour: '--pending',
    shape: 'dash',
  },
});

export const DIMENSIONS: Record<string, string> = table({
  call_status: 'Status',
  space_token: 'Campaign',
  agent: 'Agent',
  call_type: 'Direction',
  end_reason: 'End reason',
  answered_by: 'Answered by',
});

export const CHOICES: Record<string, string[]> = table({
  call_type: ['outbound', 'inbound', 'web', 'unknown'],
  call_status: ['completed', 'missed', 'failed', 'in_progress', 'ringing', 'queued'],
  answered: ['true', 'false'],
  answered_by: ['human', 'machine', 'unknown'],
  status: ['pending', 'running', 'completed', 'failed'],
  stuck: ['true', 'false'],
  has_legs: ['true', 'false'],
  end_reason: [
    'customer_hangup',
    'agent_hangup',
    'caller_hangup',
    'callee_hangup',
    'hangup',
    'transferred',
    'transfer_failed',
    'voicemail',
    'machine_detected',
    'silence_timeout',
    'max_duration',
    'timeout',
    'no_answer',
    'busy',
    'rejected',
    'canceled',
    'invalid_number',
    'unreachable',
    'blocked',
    'no_agent',
    'limit_reached',
    'billing',
    'carrier_error',
    'network_error',
    'media_error',
    'agent_error',
    'config_error',
    'system_error',
    'system_shutdown',
    'unknown',
  ],
});

const SPOKEN: Record<string, string> = table({
  true: 'Yes',
  false: 'No',
  unknown: 'Unknown',
  no_answer: 'No answer',
  canceled: 'Cancelled',
  config_error: 'Configuration error',
});

/** A value of the API in words for people: no_answer is No answer. */
export function spoken(word: string | null | undefined): string {
  if (!word) return 'Unknown';
  const found = SPOKEN[word];
  if (found) return found;
  const text = word.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const CAUSES: Record<string, Word> = table({
  success_rate_fell: {
    name: 'Success rate fell',
    meaning: 'By more than chance would do, against the same hours of the four weeks before.',
  },
  task_running_too_long: { name: 'Stuck: running', meaning: 'Tasks that run for longer than their campaign allows.' },
  task_pending_too_long: { name: 'Stuck: pending', meaning: 'Tasks that wait for longer than their campaign allows.' },
  task_open_after_its_call: { name: 'Open after its call', meaning: 'Tasks still running though their call ended.' },
  task_running_longer_than_usual: {
    name: 'Longer than usual',
    meaning: 'Not stuck yet, but for far longer than such tasks take.',
  },
  call_in_progress_too_long: {
    name: 'Call without an end',
    meaning: 'Calls that talk for longer than a call may live.',
  },
  call_ringing_too_long: {
    name: 'Ringing without an end',
    meaning: 'Calls that ring for longer than a call may live.',
  },
  tasks_failed: { name: 'Failed tasks', meaning: 'Of the last 30 days, by reason.' },
});

/** Names of the API's fields, where one call or task is shown. */
export const FIELDS: Record<string, string> = table({
  call_id: 'Call',
  call_status: 'Status',
  call_type: 'Direction',
  source_number: 'From',
  destination_number: 'To',
  creation_time: 'Created',
  start_time: 'Answered',
  end_time: 'Ended',
  call_duration: 'Talk time',
  end_reason: 'End reason',
  source_end_reason: 'In the platform’s words',
  answered_by: 'Answered by',
  agent: 'Agent',
  task_id: 'Task',
  outcome: 'Outcome',
  source: 'Came in by',
  void: 'Withdrawn',
  run_id: 'Batch',
  assignee: 'Assignee',
  status: 'Status',
  source_status: 'In the runner’s words',
  execution_type: 'Kind',
  attempt: 'Attempt',
  failure_reason: 'Failure reason',
  scheduled_at: 'Due',
  created: 'Created',
  modified: 'Last change',
  input: 'Input',
  output: 'Output',
  metadata: 'Metadata',
  external_ids: 'Other ids',
  cost: 'Cost',
  billed_seconds: 'Billed time',
  group_ids: 'Groups',
  group_rank: 'Rank in its group',
  group_cost: 'Cost with its legs',
  leg_of: 'A leg of',
  legs: 'Legs',
  space_token: 'Campaign',
});

/** Names of the filters of lists. */
export const FILTERS: Record<string, string> = table({
  ...FIELDS,
  content_type: 'Spaces',
  answered: 'Answered',
  made: 'Made',
  final: 'Ended',
  duration_known: 'Talk time known',
  min_duration: 'Talk time from (s)',
  max_duration: 'Talk time to (s)',
  time_to_answer_known: 'Time to answer known',
  min_time_to_answer: 'Time to answer from (s)',
  max_time_to_answer: 'Time to answer to (s)',
  talking_at: 'Talking at',
  offered_at: 'Under way at',
  unplaced: 'At a time that cannot be told',
  waiting_before: 'Waiting since before',
  call_ended: 'Its call ended',
  updated_before: 'Unchanged since',
  stuck: 'Stuck',
  task_id: 'Of the task',
  external_id: 'Id elsewhere',
  has_legs: 'Has legs',
  contradicting: 'Start and end contradict',
});

/** Words that only lists use. */
export const SAID: Record<string, string> = table({
  all: 'All',
  contact: 'Campaigns',
  talk: 'Talking',
  offered: 'Under way',
  running_too_long: 'Runs for too long',
  pending_too_long: 'Waits for too long',
  events: 'Events',
  import: 'Import',
});

/** How something came in: by events, an import, or the hook of a platform. */
export function cameBy(source: string): string {
  const [kind, platform] = source.split(':');
  return platform ? `${spoken(kind)}: ${platform}` : (SAID[source] ?? spoken(source));
}

/** Kinds of campaigns. */
export const CONTENT: Record<string, string> = table({
  contact: 'Calls',
  email: 'E-mail',
  general: 'General',
  table: 'Table',
});

export const LIMITS: Record<string, Word> = table({
  stuck_running_after: { name: 'Stuck when running', meaning: 'A task that runs for longer is stuck.' },
  stuck_pending_after: { name: 'Stuck when pending', meaning: 'A task that waits past its time for longer is stuck.' },
  live_call_limit: {
    name: 'Longest call',
    meaning: 'A call under way for longer has most likely ended without a word.',
  },
});

export const ROLES: Record<string, string> = table({
  viewer: 'Reads numbers, calls and tasks.',
  member: 'Reads, and sends events and tasks.',
  admin: 'All of it, and campaigns and tokens.',
});

/** Why an event was not taken, and what its sender can do. */
export const REJECTED: Record<string, string> = table({
  invalid_type: 'Neither a call nor a task. Say which in “type”.',
  missing_field: 'A field that every event needs is not there: its id or its status.',
  unknown_field: 'A field that events do not have: a misspelt one would be lost otherwise.',
  duplicate_key: 'The same field twice in one event.',
  invalid_status: 'A status outside the list. Map the platform’s word to one of ours.',
  invalid_id: 'An id that is empty, too long, or holds what no id may.',
  invalid_value: 'A value of the wrong kind.',
  invalid_time: 'A time that is none, or without its offset.',
  time_out_of_range: 'A time before 2000 or more than a day ahead. Seconds where milliseconds were meant?',
  invalid_duration: 'A talk time below zero or above seven days. Milliseconds where seconds were meant?',
  too_large: 'A text or object beyond its bound.',
  event_id_conflict: 'An event id that was used for another content before.',
  too_many_events: 'More than 1,000 events for one call or task. A loop?',
  unknown_task: 'A change of a task that nobody told of before.',
  withdrawn_import: 'Rows for an import that was undone.',
});

/** The name of a group of calls; that of a campaign is not among the words. */
export function groupName(dimension: string, value: string): string {
  return dimension === 'agent' ? (value === 'unknown' ? 'Unknown' : value) : spoken(value);
}
