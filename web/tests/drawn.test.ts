import { expect, test } from 'vitest';
import type { AttentionItem, SeriesData, TokenItem } from '../src/lib/api/types';
import { answerRate, heatCells, heatStep, moved } from '../src/lib/charts/heat';
import { barTotal, callsOf, layersByGroup, layersByStatus, spread, stacked, withCalls } from '../src/lib/charts/layers';
import { metricText, nextOrder, ordered } from '../src/lib/components/compared';
import { barLabel, barTick } from '../src/lib/format';
import { byCause, pageOf, unitOf } from '../src/lib/pages/causes';
import { campaignBody, draftOf } from '../src/lib/settings/campaign';
import {
  confirmation,
  isOver,
  lifeText,
  liveAdmins,
  newDraft,
  overText,
  shownOf,
  tokenBody,
} from '../src/lib/settings/token';
import { completeness, correctness, isQuiet, outcomeRows, outcomesAloud, rejection } from '../src/lib/trust/trust';
import { groupName } from '../src/lib/words';

const buckets = [
  { start: 'a', end: 'b', local_start: '2026-02-07T09:00' },
  { start: 'b', end: 'c', local_start: '2026-02-14T09:00' },
];
/** A report of groups by their totals, each with its calls in two bars. */
function report(groups: { group?: Record<string, string>; totals: object; values?: object }[]): SeriesData {
  const series = groups.map((one) => ({
    group: {},
    links: { total_calls: 'L', completed_calls: 'C' },
    values: {},
    ...one,
  }));
  return { start: 'a', end: 'c', buckets, series } as unknown as SeriesData;
}
const listOf = (link: string | null | undefined, bounds?: { start: string; end: string }) =>
  link ? `${link} ${bounds?.start}-${bounds?.end}` : undefined;

test('the layers by status add up to all calls: the rest is under way', () => {
  const values = { total_calls: [5, 4], completed_calls: [2, 4], missed_calls: [1, null], failed_calls: [0, 0] };
  const layers = layersByStatus(
    report([{ totals: { total_calls: 9, completed_calls: 6, missed_calls: 1, failed_calls: null }, values }]),
    listOf,
  );
  expect(layers.map((layer) => [layer.name, layer.total, layer.values])).toEqual([
    ['Completed', 6, [2, 4]],
    ['Missed', 1, [1, 0]],
    ['Failed', 0, [0, 0]],
    ['Under way', 2, [2, 0]],
  ]);
  expect([layers[0]?.href?.(1), layers[0]?.all, layers[3]?.all]).toEqual(['C b-c', 'C a-c', 'L&final=false a-c']);
});

test('no calls are no layers', () =>
  expect(layersByStatus(report([{ totals: { total_calls: 0 } }]), listOf)).toEqual([]));

test('the six greatest groups have a layer each, and what is beyond them is one', () => {
  const groups = [9, 8, 7, 6, 5, 4, 3, 2, 0].map((count) => ({
    group: { agent: `a${count}` },
    totals: { total_calls: count },
    values: { total_calls: [count, null] },
  }));
  const layers = layersByGroup(report(groups), 'agent', (value) => `agent ${value}`, listOf);
  expect(layers.map((layer) => layer.total)).toEqual([9, 8, 7, 6, 5, 4, 5]);
  expect(layers.at(-1)).toEqual({ name: '2 others', colour: '--pending', values: [5, 0], total: 5 });
  expect([layers[0]?.name, layers[0]?.href?.(0)]).toEqual(['agent a9', 'L a-b']);
  expect(layersByGroup(report(groups.slice(0, 6)), 'agent', String, listOf)).toHaveLength(6);
  expect([withCalls(report(groups)).length, callsOf(report(groups).series)]).toEqual([8, 44]);
});

test('layers stand on one another, the tallest first', () => {
  const layers = [
    [1, 2],
    [10, 20],
  ].map((values) => ({ name: '', colour: '', values, total: 0 }));
  expect(stacked(layers, 2)).toEqual([
    [0, 1],
    [11, 22],
    [1, 2],
  ]);
  expect([barTotal(layers, 1), barTotal(layers, 2)]).toEqual([22, 0]);
});

test('an axis names at most so many bars, evenly apart', () => {
  expect(spread(3, 5)).toEqual([0, 1, 2]);
  expect(spread(30, 4)).toEqual([2, 10, 18, 26]);
  expect(spread(0, 4)).toEqual([]);
});

test('a bar is named by how long it lasts', () => {
  const at = '2026-02-07T09:00:00Z';
  expect(['hour', 'day', 'month'].map((step) => barTick(at, step, 'UTC'))).toEqual(['Sat 09:00', '7 Feb', 'Feb 2026']);
  expect(['hour', 'week', 'month'].map((step) => barLabel(at, step, 'UTC'))).toEqual([
    'Sat 09:00',
    'Sat, 7 Feb 2026',
    'Feb 2026',
  ]);
});

test('hours of a weekday are one cell, weighed by the calls that ended', () => {
  const values = { answer_rate: [50, 100], completed_calls: [1, 6], missed_calls: [1, 0], failed_calls: [0, null] };
  const cells = heatCells(buckets, { values } as never);
  expect(cells[5]?.[9]).toEqual({ answered: 7, ended: 8, hours: [0, 1] });
  expect(cells.flat().filter((cell) => cell.ended)).toHaveLength(1);
});

test('an hour without ended calls has no rate, which is not zero', () => {
  const cell = (answered: number, ended: number) => ({ answered, ended, hours: [] });
  expect([answerRate(cell(0, 0)), answerRate(cell(0, 4))]).toEqual([null, 0]);
  expect([cell(0, 0), cell(0, 4), cell(7, 8), cell(4, 4)].map(heatStep)).toEqual(['none', 'h0', 'h8', 'h9']);
});

test('arrow keys move within the week', () => {
  expect([moved('ArrowDown', 2, 3), moved('ArrowLeft', 2, 3)]).toEqual([
    [3, 3],
    [2, 2],
  ]);
  expect([moved('ArrowUp', 0, 0), moved('ArrowRight', 6, 23)]).toEqual([
    [0, 0],
    [6, 23],
  ]);
  expect([moved('Enter', 0, 0), moved('toString', 0, 0)]).toEqual([undefined, undefined]);
});

test('rows without a number stand last in both orders', () => {
  const { series } = report([
    { totals: { r: null } },
    { totals: { r: 1 } },
    { totals: { r: 3 } },
    { totals: { r: 2 } },
  ]);
  const by = (rising: boolean) => ordered(series, { column: 'r', rising }, () => '').map((one) => one.totals['r']);
  expect([by(true), by(false)]).toEqual([
    [1, 2, 3, null],
    [3, 2, 1, null],
  ]);
});

test('names are ordered as they are shown', () => {
  const { series } = report(['x', 'y'].map((agent) => ({ group: { agent }, totals: {} })));
  const names: Record<string, string> = { x: 'Zoe', y: 'Ana' };
  const found = ordered(series, { column: 'name', rising: true }, (one) => names[one.group['agent'] ?? ''] ?? '');
  expect(found.map((one) => one.group['agent'])).toEqual(['y', 'x']);
});

test('the same column again turns the order round; names begin with their first', () => {
  expect(nextOrder({ column: 'calls', rising: false }, 'calls')).toEqual({ column: 'calls', rising: true });
  expect(nextOrder({ column: 'calls', rising: true }, 'rate')).toEqual({ column: 'rate', rising: false });
  expect(nextOrder({ column: 'calls', rising: false }, 'name')).toEqual({ column: 'name', rising: true });
});

test.each([
  ['success_rate', 50, '50.0 %'],
  ['avg_duration_seconds', 75, '1 min 15 s'],
  ['total_calls', 1200, '1,200'],
] as const)('%s of %i is written %s', (metric, value, text) => expect(metricText(metric, value)).toBe(text));

test('causes stand in the order of their first item, with all of theirs', () => {
  const items = ['b', 'a', 'b'].map((cause, count) => ({ cause, count })) as unknown as AttentionItem[];
  expect(byCause(items).map(([cause, all]) => [cause, all.map((one) => one.count)])).toEqual([
    ['b', [0, 2]],
    ['a', [1]],
  ]);
});

test('a cause counts campaigns, calls or tasks', () => {
  const causes = ['success_rate_fell', 'call_ringing_too_long', 'tasks_failed'];
  expect(causes.map(unitOf)).toEqual(['campaign', 'call', 'task']);
  expect(causes.map(pageOf)).toEqual(['task', 'call', 'task']);
});

test('a token is over once it is revoked or has expired', () => {
  const over = (revoked_at: string | null, expires_at: string | null) =>
    isOver({ revoked_at, expires_at } as TokenItem, Date.parse('2026-02-07T00:00:00Z'));
  expect([over(null, null), over('2026-01-01T00:00:00Z', null)]).toEqual([false, true]);
  expect([over(null, '2026-02-07T00:00:00Z'), over(null, '2026-02-08T00:00:00Z')]).toEqual([true, false]);
});

test('a token that never ends states no end', () => {
  expect(tokenBody({ name: 'CRM', role: 'viewer', life: '' }, 0)).toEqual({ name: 'CRM', role: 'viewer' });
  expect(tokenBody({ name: 'CRM', role: 'viewer', life: '30' }, 0)).toMatchObject({
    expires_at: '1970-01-31T00:00:00.000Z',
  });
});

test('what it means is said before the token in use is rotated or revoked', () => {
  const consequence = (...of: Parameters<typeof confirmation>) => confirmation(...of).text;
  expect([consequence('rotate', false, 1), consequence('revoke', false, 1)]).toEqual([
    'The old secret stops working at once.',
    'It stops working at once.',
  ]);
  expect(consequence('rotate', true, 1)).toContain('this window goes on with the new one');
  expect(consequence('revoke', true, 2)).toMatch(/ends this session at once.*any more\.$/);
  expect(consequence('revoke', true, 1)).toContain('No other admin’s token is left');
});

test('only revoking the token in use needs a box to be checked', () => {
  const steps = (['rotate', 'revoke'] as const).flatMap((step) =>
    [true, false].map((own) => confirmation(step, own, 2)),
  );
  expect(steps.map(({ step, label, checked }) => [step, label, checked])).toEqual([
    ['rotate', 'Rotate it', false],
    ['rotate', 'Rotate it', false],
    ['revoke', 'Revoke it', true],
    ['revoke', 'Revoke it', false],
  ]);
});

test('a token says when it was used, and when it ends or ended', () => {
  const [used, end] = ['2024-02-07T10:00:00Z', '2024-03-07T10:00:00Z'];
  expect(lifeText({ last_used_at: null, expires_at: null }, 'UTC')).toBe('Never used');
  expect(lifeText({ last_used_at: used, expires_at: end }, 'UTC')).toMatch(/^Last used 7 Feb.* · ends 7 Mar/);
  expect(overText({ revoked_at: used, expires_at: end }, 'UTC')).toMatch(/^Revoked 7 Feb/);
  expect(overText({ revoked_at: null, expires_at: end }, 'UTC')).toMatch(/^Expired 7 Mar/);
});

test('a secret is shown where an answer has one', () => {
  expect(shownOf({ name: 'CRM', token: 'secret' })).toEqual({ name: 'CRM', secret: 'secret' });
  expect(shownOf({ name: 'CRM' })).toBeUndefined();
});

test('a new token is a viewer without an end; tokens of admins are counted', () => {
  expect(newDraft()).toEqual({ name: '', role: 'viewer', life: '' });
  expect(liveAdmins([{ role: 'admin' }, { role: 'viewer' }, { role: 'admin' }])).toBe(2);
});

const sums = (more: object) =>
  ({ received: 8, applied: 5, duplicate: 2, stale: 0, rejected: 1, rejected_by_reason: [], ...more }) as never;

test('events are complete while none is rejected', () => {
  expect(completeness(sums({}))).toEqual({ figure: '8', text: 'events received', off: true });
  expect(completeness(sums({ rejected: 0 }))).toEqual({ figure: '8', text: 'events, none rejected', off: false });
});

test('every outcome has its share of the events received, and none of none', () => {
  const rows = outcomeRows(sums({}));
  expect(rows.map((row) => [row.key, row.events, row.share])).toEqual([
    ['applied', 5, '62.5 %'],
    ['duplicate', 2, '25.0 %'],
    ['stale', 0, '0.0 %'],
    ['rejected', 1, '12.5 %'],
  ]);
  expect(outcomesAloud(rows)).toBe('Applied 5, Repeated 2, Overtaken 0, Rejected 1');
  expect(outcomeRows(sums({ received: 0 })).map((row) => row.share)).toEqual(['', '', '', '']);
});

test('numbers are right while a recount finds no other', () => {
  expect(correctness({ drift: 0 })).toEqual({ figure: 'Every number', text: 'was what a recount gives', off: false });
  expect(correctness({ drift: 1 })).toEqual({ figure: '1 number', text: 'differed from a recount', off: true });
});

test('a day without an event is worth a look, and a reason without words of its own leads to its answer', () => {
  expect([isQuiet(86_400), isQuiet(86_401)]).toEqual([false, true]);
  expect(rejection('no_such_reason')).toContain('says which field');
  expect(rejection('missing_field')).not.toContain('says which field');
});

test('a campaign is edited from what it is, and a new one states no zone it was not given', () => {
  const limits = { stuck_running_after: 1, stuck_pending_after: 2, live_call_limit: 3 };
  const space = { name: 'Winter', content_type: 'contact', settings: { timezone: null, ...limits } };
  const draft = draftOf(space as never);
  expect(draft).toEqual({ name: 'Winter', content_type: 'contact', timezone: '', ...limits });
  const settings = (timezone: string, made: boolean) =>
    (campaignBody({ ...draft, timezone }, made) as { settings: object }).settings;
  expect(settings(' UTC ', true)).toEqual({ ...limits, timezone: 'UTC' });
  expect([settings('', true), settings('', false)]).toEqual([limits, { ...limits, timezone: null }]);
  expect(draftOf().content_type).toBe('contact');
});

test('an agent is named as it was sent, other groups by their words', () =>
  expect([groupName('agent', 'ana_b'), groupName('agent', 'unknown'), groupName('end_reason', 'no_answer')]).toEqual([
    'ana_b',
    'Unknown',
    'No answer',
  ]));
