import { expect, test } from 'vitest';
import { listPath } from '../src/lib/api/links';
import type { CallItem, CallWithEvents, List, RunItem, TaskItem } from '../src/lib/api/types';
import { countOf, endText, finished, newestOf, percentDone, perHour, rateText } from '../src/lib/list/batch';
import { callRows, fieldText, lag } from '../src/lib/list/call';
import { firstChange, pacedFrom } from '../src/lib/list/progress';
import { questionOf, spanOf } from '../src/lib/list/question';
import { otherNumber } from '../src/lib/list/format_cell';
import { taskRows, whyText } from '../src/lib/list/task';
import type { View } from '../src/lib/state/board_path';
import { ofPeriod, ofScope } from '../src/lib/state/report_query';
import { invalidParameters } from '../src/lib/state/invalid_parameters';

const MONTH = { start: '2026-02-01', end: '' };
const of = (params: Record<string, string>) => (name: string) => params[name] ?? '';
const view: View = { organization: 'acme.example', page: 'overview', params: new URLSearchParams('period=7d') };
const API = 'https://calls.example/api/v2/platform/';

test('a link of a report is the list on the board that counts the same', () => {
  expect(listPath(view, '', `${API}call-logs/?agent=ana&final=false`)).toBe(
    'board/acme.example/calls?agent=ana&final=false',
  );
  expect(listPath(view, '', `${API}tasks/?stuck=true`)).toBe('board/acme.example/tasks?stuck=true');
});

test('a link to the tasks of a campaign names it, also where its token is escaped', () => {
  expect(listPath(view, '', `${API}spaces/a%2Fb/tasks/?status=failed`)).toBe(
    'board/acme.example/tasks?status=failed&space_token=a%2Fb',
  );
});

test('the bounds of a bar fill its link', () => {
  const bounds = { start: '2026-02-07T00:00:00+01:00', end: '2026-02-08' };
  expect(listPath(view, '', `${API}call-logs/?start_date={start}&end_date={end}`, bounds)).toBe(
    'board/acme.example/calls?start_date=2026-02-07T00%3A00%3A00%2B01%3A00&end_date=2026-02-08',
  );
});

test('the zone that is stated goes along, unless the link has its own', () => {
  expect(listPath(view, 'UTC', `${API}tasks/`)).toBe('board/acme.example/tasks?timezone=UTC');
  expect(listPath(view, 'UTC', `${API}tasks/?timezone=Asia/Tokyo`)).toContain('timezone=Asia%2FTokyo');
});

test.each([null, undefined, '', 'https://elsewhere.example/tasks/', `${API}organizations/`, `${API}spaces/s1/runs/`])(
  'the link %j leads to no list',
  (link) => expect(listPath(view, '', link)).toBeUndefined(),
);

test('a list asks by its own times before the period that came along', () => {
  expect(spanOf('calls', of({ start_date: '2026-01-05', period: '7d' }), MONTH)).toEqual({
    from: '2026-01-05',
    to: '',
  });
  expect(spanOf('tasks', of({ period: '30d' }), MONTH)).toEqual({ from: '2026-02-01', to: '' });
  expect(spanOf('tasks', of({ start: '2026-02-01' }), MONTH).from).toBe('2026-02-01');
});

test('a list without a period is of all time', () =>
  expect(spanOf('calls', of({ agent: 'ana' }), MONTH)).toEqual({ from: '', to: '' }));

test('a list asks by the filters of its kind alone, with the zone where it has a time', () => {
  const get = of({ agent: 'ana', stuck: 'true', group: 'agent' });
  expect(questionOf('calls', get, { from: '', to: '' }, 'UTC').toString()).toBe('agent=ana');
  expect(questionOf('tasks', get, { from: '2026-02-01', to: '2026-02-07' }, 'UTC').toString()).toBe(
    'stuck=true&created_from=2026-02-01&created_to=2026-02-07&timezone=UTC',
  );
});

test('a report asks by scope, period, zone and filters; tasks have no filters of calls', () => {
  const get = of({ space_token: 's1', agent: 'ana' });
  expect(ofPeriod(get, { start: 'a', end: 'b' }, 'UTC', { metric: 'm' })).toBe(
    '?start=a&end=b&timezone=UTC&space_token=s1&agent=ana&metric=m',
  );
  expect(ofPeriod(get, { start: 'a', end: '' }, 'UTC', {}, false)).toBe('?start=a&timezone=UTC&space_token=s1');
});

test('a scope is nothing but the campaign, and no query without one', () => {
  expect([ofScope(of({ space_token: 's1', agent: 'ana' })), ofScope(of({}))]).toEqual(['?space_token=s1', '']);
});

test.each([
  ['timezone=Mars/Olympus', 'timezone=Mars/Olympus', 'home zone'],
  ['period=31d', 'period=31d', 'no period'],
  ['start=2026-02-30', 'start=2026-02-30', 'not a day'],
  ['start=2026-02-07&end=soon', 'end=soon', 'not a day'],
  ['end=2026-02-07', 'end=2026-02-07', 'needs its start'],
  ['group=toString', 'group=toString', 'grouped by'],
  ['agent=ana&agent=ben', 'agent', 'more than once'],
])('of the address %s it is said what is not understood', (query, what, why) => {
  const found = invalidParameters(new URLSearchParams(query), '');
  expect(found.map((one) => one.what)).toEqual([what]);
  expect(found[0]?.why).toContain(why);
});

test('an address that is understood is not complained of', () => {
  const query = 'timezone=UTC&period=7d&start=2026-02-01&end=2026-02-07&group=agent&constructor=x&period2=31d';
  expect(invalidParameters(new URLSearchParams(query), '')).toEqual([]);
});

test('what is not understood is quoted, but not at any length', () => {
  expect(invalidParameters(new URLSearchParams(), '%FF')).toEqual([{ what: '%FF', why: 'no text in this encoding' }]);
  const [long] = invalidParameters(new URLSearchParams({ period: 'x'.repeat(100) }), '');
  expect(long?.what).toBe(`period=${'x'.repeat(64)}…`);
});

const run = (more: Partial<RunItem> & { counts?: Record<string, number> }) =>
  ({
    run_id: 'r1',
    space_token: 's1',
    status: 'running',
    total_tasks: 200,
    task_status_breakdown: more.counts ?? { completed: 40, failed: 11, running: 9 },
    created: '2026-02-07T10:00:00Z',
    modified: '2026-02-07T12:00:00Z',
    ...more,
  }) as RunItem;
const pace = (perHour: number) => ({ perHour, at: new Date('2026-02-07T12:00:00Z') });

test('completed and failed tasks are finished, rounded down to whole per cent', () => {
  expect([finished(run({})), percentDone(run({})), countOf(run({}), 'pending')]).toEqual([51, 25, 0]);
  expect(percentDone(run({ counts: { completed: 199 } }))).toBe(99);
  expect(percentDone(run({ total_tasks: 0 }))).toBe(0);
});

test('a pace is finished tasks by the hour', () => expect(perHour(30, 1_800_000)).toBe(60));

test('only a running batch has a rate', () => {
  expect(rateText(run({}), pace(1200))).toBe('1,200 / h');
  expect([rateText(run({}), undefined), rateText(run({ status: 'completed' }), pace(3))]).toEqual(['–', '–']);
});

test('a batch ends when the rest is finished at its pace', () => {
  expect(endText(run({ total_tasks: 151 }), pace(50), 'UTC')).toContain('14:00:00');
  expect(endText(run({ total_tasks: 151 }), pace(50), 'Asia/Tokyo')).toContain('23:00:00');
});

test.each([
  ['completed', undefined, /12:00:00/],
  ['failed', undefined, /12:00:00/],
  ['pending', undefined, /^Not begun$/],
  ['running', undefined, /^–$/],
  ['running', 0, /^Nothing finished lately$/],
] as const)('the end of a %s batch at the pace %s', (status, rate, text) =>
  expect(endText(run({ status }), rate === undefined ? undefined : pace(rate), 'UTC')).toMatch(text),
);

test('batches of several campaigns are listed as far down as all of them are known', () => {
  const page = (next_cursor: string | null, ...all: [string, string][]) =>
    ({ data: all.map(([run_id, created]) => run({ run_id, created })), next_cursor }) as List<RunItem>;
  const shown = newestOf([
    page('more', ['a', '2026-02-09'], ['b', '2026-02-05']),
    page(null, ['d', '2026-02-07'], ['c', '2026-02-07'], ['old', '2026-02-04']),
  ]);
  expect(shown.map((one) => one.run_id)).toEqual(['a', 'c', 'd', 'b']);
});

test('when a batch began to finish tasks is found by halves', async () => {
  const asked: number[] = [];
  const found = await firstChange(0, 3_600_000, (before) => {
    asked.push(before);
    return Promise.resolve(before > 1_000_000 ? 3 : 0);
  });
  expect(asked).toHaveLength(5);
  expect(found).toBeLessThanOrEqual(1_000_000);
  expect(1_000_000 - found).toBeLessThan(120_000);
});

test('a pace counts from the first change, unless that is too recent to say anything', () => {
  expect(pacedFrom(500_000, 100_000, 200_000, 3_800_000)).toBe(500_000);
  expect(pacedFrom(100_000, 50_000, 200_000, 3_800_000)).toBe(200_000);
  expect(pacedFrom(3_700_000, 300_000, 200_000, 3_800_000)).toBe(300_000);
});

test.each([
  ['agent', '', '–'],
  ['call_duration', 0, '0 s'],
  ['attempt', 3, '3'],
  ['call_status', 'completed', 'Completed'],
  ['end_reason', 'no_answer', 'No answer'],
  ['start_time', '2026-02-07T10:30:15Z', '11:30:15'],
  ['space_token', 's1', 'Winter of s1'],
  ['duration_known', false, 'No'],
  // By its name before its type.
  ['space_token', true, 'Winter of true'],
  ['call_duration', '61', '1 min 1 s'],
  ['metadata', { a: 1, b: { c: 2 } }, 'a: 1\nb: {"c":2}'],
  ['agent', 'no_answer', 'no_answer'],
])('the field %s is read as %j: %s', (name, value, text) =>
  expect(fieldText(name, value, 'Europe/Berlin', (token) => `Winter of ${token}`)).toContain(text),
);

const shownCall = (more: object) =>
  callRows(
    {
      agent: 'ana',
      legs: [],
      group_ids: [],
      group_cost: [],
      leg_of: null,
      events: [],
      ...more,
    } as unknown as CallWithEvents,
    (name, value) => fieldText(name, value, 'UTC', String),
    { agent: 'board/x', source: '', leg_of: 'board/head' },
  );

test('a call shows what its source sent beside, and where its fields lead', () => {
  const rows = shownCall({ metadata: { a: 2 }, external_ids: null });
  const row = (name: string) => rows.find((one) => one.name === name);
  expect([row('metadata')?.text, row('external_ids')?.text]).toEqual(['a: 2', '–']);
  expect([row('agent')?.href, row('source')?.href]).toEqual(['board/x', undefined]);
});

test('groups, and what a call costs with its legs, are shown where there are any', () => {
  const names = (more: object) => shownCall(more).map((row) => row.name);
  const cost = [{ amount: 0.02, currency: 'USD' }];
  expect(names({ group_cost: cost })).not.toEqual(expect.arrayContaining(['group_cost']));
  expect(names({})).not.toEqual(expect.arrayContaining(['leg_of']));
  const rows = shownCall({ group_cost: cost, legs: [{}], group_ids: ['twilio:CA1', 'vapi:1'], leg_of: 'head' });
  const row = (name: string) => rows.find((one) => one.name === name);
  expect(row('group_cost')?.text).toBe('US$0.02');
  expect(row('group_ids')?.text).toBe('twilio:CA1\nvapi:1');
  expect(row('leg_of')).toMatchObject({ text: 'head', href: 'board/head' });
});

test.each([
  ['cost', { amount: 0.00425, currency: 'EUR' }, '€0.00425'],
  ['cost', { amount: 3, currency: 'no code' }, '3 no code'],
  ['billed_seconds', 60, '1 min'],
  ['source', 'hook:twilio', 'Hook: twilio'],
  ['source', 'events', 'Events'],
  ['group_ids', [], '–'],
])('the field %s of %j is %s', (name, value, text) => expect(fieldText(name, value, 'UTC', String)).toBe(text));

test('an event that was sent later says by how much', () => {
  const event = (received_at: string) => ({ occurred_at: '2026-02-07T10:00:00Z', received_at }) as never;
  expect([lag(event('2026-02-07T10:02:15Z')), lag(event('2026-02-07T10:00:00.9Z'))]).toEqual([
    'received 2 min 15 s later',
    'received at once',
  ]);
});

test('the other end of a call is who called in, or who was called', () => {
  const call = { source_number: '+12025550101', destination_number: '+12025550102' };
  const number = (call_type: string, more = {}) => otherNumber({ ...call, call_type, ...more } as CallItem);
  expect([number('inbound'), number('outbound')]).toEqual(['+12025550101', '+12025550102']);
  expect(number('outbound', { destination_number: null })).toBe('+12025550101');
  expect(number('inbound', { source_number: null })).toBe('–');
});

const task = (more: object) =>
  ({
    task_id: 't1',
    space_token: 's1',
    status: 'running',
    run_id: null,
    assignee: null,
    input: null,
    output: null,
    ...more,
  }) as TaskItem;

test.each([
  [{ stuck: { reason: 'running_too_long' }, status: 'failed' }, /: 2 min 15 s$/],
  [{ status: 'failed', failure_reason: 'no_answer' }, /^No answer$/],
  [{ status: 'failed' }, /^No reason given$/],
  [{ status: 'pending', scheduled_at: '2026-02-07T10:00:00Z' }, /^Due .*10:00:00$/],
  [{ status: 'completed', scheduled_at: '2026-02-07T10:00:00Z' }, /^–$/],
])('why a task is where it is: %j', (more, text) => expect(whyText(task(more), 135, 'UTC')).toMatch(text));

test('a field of a task leads to the tasks that are like it', () => {
  const rows = taskRows(task({ run_id: 'r1', output: { a: 1 } }), 'Winter', 'UTC', (filter) => JSON.stringify(filter));
  const row = (name: string) => rows.find((one) => one.name === name);
  expect(row('run_id')?.href).toBe('{"run_id":"r1","space_token":"s1"}');
  expect([row('assignee')?.text, row('assignee')?.href, row('output')?.text]).toEqual(['–', undefined, 'a: 1']);
});
