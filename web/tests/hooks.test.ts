import { describe, expect, test } from 'vitest';
import type { HookItem, PlatformItem, QuarantineItem } from '../src/lib/api/hooks';
import {
  furtherFault,
  givenSecrets,
  hookBody,
  newHookDraft,
  newRotation,
  rotatable,
  rotationBody,
  secretHint,
} from '../src/lib/hooks/draft';
import {
  advice,
  comparedLines,
  countsText,
  faultsOf,
  lastText,
  settingLines,
  shownHooks,
  shownOnce,
  stateOf,
  titleOf,
} from '../src/lib/hooks/hook';
import {
  bodyText,
  byReason,
  faultText,
  lastPage,
  pageNumber,
  replayText,
  replayable,
  replaysText,
} from '../src/lib/hooks/quarantine';
import { blocksOf } from '../src/lib/hooks/setup';
import { SHUT } from '../src/lib/hooks/words';

const hook = (more: object = {}) =>
  ({
    id: 1,
    platform: 'twilio',
    space_token: 's1',
    url: 'https://calls.example.com/hooks/twilio/cbh_abc…/',
    settings: {},
    last_delivery_at: null,
    last_refusal: null,
    revoked_at: null,
    accepted: 0,
    refused: 0,
    quarantined: 0,
    ...more,
  }) as HookItem;
const refusal = (compared: Record<string, string>, kind = 'wrong') => ({
  at: '2026-02-07T10:00:00Z',
  kind,
  message: '',
  compared,
});

const TWILIO: PlatformItem = {
  name: 'twilio',
  title: 'Twilio',
  secrets: [
    { name: 'auth_token', title: 'the Auth Token', ours: false, optional: false },
    { name: 'shared_key', title: 'a shared key', ours: false, optional: true },
  ],
};
const VAPI: PlatformItem = {
  name: 'vapi',
  title: 'Vapi',
  secrets: [{ name: 'secret', title: 'the secret', ours: true, optional: false }],
};
const PATH: PlatformItem = { name: 'aircall', title: 'By its URL', secrets: [] };

describe('how it stands with a hook', () => {
  const later = '2026-02-07T11:00:00Z';
  test.each([
    [{}, 'waiting'],
    [{ last_refusal: refusal({}), refused: 1 }, 'refused'],
    [{ last_refusal: refusal({}), last_delivery_at: later, accepted: 1 }, 'taking'],
    [
      { last_refusal: { ...refusal({}), at: later }, last_delivery_at: '2026-02-07T10:59:59.5Z', accepted: 1 },
      'refused',
    ],
    [{ last_delivery_at: later, accepted: 2, quarantined: 2 }, 'unread'],
    [{ last_delivery_at: later, accepted: 2, quarantined: 1 }, 'taking'],
    [{ last_delivery_at: later, revoked_at: later, last_refusal: refusal({}) }, 'revoked'],
  ])('%j is %s', (more, state) => expect(stateOf(hook(more))).toBe(state));

  test('a hook whose secrets the key does not open says so, beside what was refused', () => {
    const last_refusal = { at: later, kind: 'wrong', message: 'No.', compared: {} };
    expect(faultsOf(hook({ secrets_open: true }))).toEqual([]);
    expect(faultsOf(hook({ secrets_open: null, revoked_at: later, last_refusal }))).toEqual([]);
    expect(faultsOf(hook({ secrets_open: false, last_refusal }))).toEqual([SHUT, 'No.']);
  });

  test('what came is said in a line', () => {
    expect(countsText(hook({ accepted: 1200, refused: 2 }))).toBe('1,200 taken · 2 refused');
    expect(countsText(hook({ accepted: 3, quarantined: 1 }))).toBe('3 taken · 0 refused · 1 quarantined');
    expect(lastText(hook(), 'UTC')).toBe('None taken yet');
    expect(lastText(hook({ last_delivery_at: later }), 'UTC')).toContain('11:00:00');
  });

  test('those of a campaign are listed, revoked ones apart', () => {
    const all = [hook({ id: 1 }), hook({ id: 2, revoked_at: later }), hook({ id: 3, space_token: 's2' })];
    const ids = (space: string) => {
      const { live, gone } = shownHooks(all, space);
      return [live.map(({ id }) => id), gone.map(({ id }) => id)];
    };
    expect(ids('')).toEqual([[1, 3], [2]]);
    expect(ids('s2')).toEqual([[3], []]);
  });

  test('a platform that is not listed is named by its word', () =>
    expect([titleOf([TWILIO], 'twilio'), titleOf([], 'my_pbx')]).toEqual(['Twilio', 'My pbx']));
});

describe('a refusal', () => {
  test('names what was compared, the URLs first, and ages in words', () => {
    const lines = comparedLines(
      refusal({
        zeta: 'z',
        window_seconds: '300',
        age_seconds: '3700',
        header: 'x-a',
        fits_url: 'https://b',
        url: 'http://b',
      }),
      'UTC',
    );
    expect(lines.map(({ name, text }) => [name, text])).toEqual([
      ['Checked for the URL', 'http://b'],
      ['It was made for the URL', 'https://b'],
      ['Header', 'x-a'],
      ['Age', '1 h 1 min'],
      ['At most', '5 min'],
      ['Zeta', 'z'],
    ]);
    expect(lines.map(({ mono }) => mono)).toEqual([true, true, true, false, false, false]);
    expect(comparedLines(refusal({ age_seconds: '-90' }), 'UTC')[0]?.text).toBe('1 min 30 s ahead');
    expect(comparedLines(refusal({ age_seconds: 'old', url: '' }), 'UTC').map(({ text }) => text)).toEqual([
      '–',
      'old',
    ]);
  });

  test('says what to do: by the URL that fits, else by its kind', () => {
    expect(advice(refusal({ fits_url: 'https://b' }))).toContain('CALLBOARD_PUBLIC_URL');
    expect(advice(refusal({}, 'stale'))).toContain('clock');
    expect(advice(refusal({}, 'constructor'))).toBe('');
  });
});

test('settings that are as they always are are not listed', () => {
  const settings = {
    id_prefix: null,
    timezone: 'UTC',
    keep_recordings: false,
    inbound_contexts: [],
    secret_header: 'x-callboard-secret',
    metadata_keys: ['lead', 'score'],
    template: { call_id: 'data.id' },
  };
  expect(settingLines(settings).map(({ text }) => text)).toEqual(['lead, score', '{"call_id":"data.id"}']);
  expect(settingLines({ timezone: 'Asia/Tokyo', keep_recordings: true }).map(({ text }) => text)).toEqual([
    'Asia/Tokyo',
    'Yes',
  ]);
});

describe('what is shown once', () => {
  const whole = 'https://calls.example.com/hooks/vapi/cbh_abcdef/';
  test('is a whole URL, secrets that were made, and what to do', () => {
    expect(shownOnce(hook({ url: whole, secrets: { secret: 'x' }, setup: 'Do it.' }))).toEqual({
      url: whole,
      secrets: [['secret', 'x']],
      setup: 'Do it.',
    });
    expect(shownOnce(hook({ secrets: { secret: 'x' } }))).toEqual({ url: '', secrets: [['secret', 'x']], setup: '' });
  });
  test('is nothing where the platform’s own secrets were given', () =>
    expect(shownOnce(hook({ secrets: {}, setup: 'Do it.' }))).toBeUndefined());
});

describe('a new hook', () => {
  const draft = (more: object) => ({ ...newHookDraft('twilio', 's1'), ...more });

  test('asks for the secrets that the platform makes', () => {
    expect(givenSecrets(TWILIO).map(({ name }) => name)).toEqual(['auth_token', 'shared_key']);
    expect([givenSecrets(VAPI), givenSecrets(undefined)]).toEqual([[], []]);
    expect(givenSecrets(TWILIO).map(secretHint)).toEqual(['The Auth Token.', 'A shared key. Not needed otherwise.']);
  });

  test('sends what was typed, and nothing of another platform that was chosen before', () => {
    const secrets = { auth_token: ' abc ', shared_key: '', api_key: 'of another' };
    expect(hookBody(draft({ secrets }), TWILIO)).toEqual({
      platform: 'twilio',
      space_token: 's1',
      secrets: { auth_token: 'abc' },
      settings: {},
    });
  });

  test('sends settings by their fields, which overrule what is further said', () => {
    const further = '{"timezone": "UTC", "id_prefix": "t:"}';
    const more = { further, timezone: ' Asia/Tokyo ', keepRecordings: true, metadataKeys: 'lead, ,score' };
    expect(hookBody(draft(more), VAPI)).toMatchObject({
      secrets: {},
      settings: { timezone: 'Asia/Tokyo', id_prefix: 't:', keep_recordings: true, metadata_keys: ['lead', 'score'] },
    });
  });

  test.each(['{', '[]', '"x"', 'null', '3'])('further settings %s are no JSON object', (text) =>
    expect(furtherFault(text)).toContain('JSON object'),
  );
  test('further settings may be left out', () => expect([furtherFault(' '), furtherFault('{}')]).toEqual(['', '']));
});

describe('a rotation', () => {
  test('gives secrets or a URL, and says how long the old ones are taken', () => {
    const draft = { ...newRotation(TWILIO), secrets: { auth_token: 'new' } };
    expect(rotationBody(draft, TWILIO)).toEqual({ old_valid_hours: 24, secrets: { auth_token: 'new' } });
    expect(rotationBody({ ...draft, what: 'url', oldValidHours: '0' }, TWILIO)).toEqual({
      old_valid_hours: 0,
      new_url: true,
    });
    expect(rotationBody(newRotation(VAPI), VAPI)).toEqual({ old_valid_hours: 24, secrets: {} });
  });

  test('where the URL is the secret, only it can be new', () => {
    expect([rotatable(PATH), rotatable(VAPI)]).toEqual([['url'], ['secrets', 'url']]);
    expect(rotationBody(newRotation(PATH), PATH)).toMatchObject({ new_url: true });
  });
});

describe('what to do in a platform', () => {
  test('is paragraphs, and blocks to be copied whole', () => {
    const blocks = blocksOf('In the *Console*, set\n`Calls` to\n\n    https://x/\n\n    y\n\nThen save.');
    expect(blocks).toEqual([
      {
        kind: 'paragraph',
        pieces: [
          { kind: 'plain', text: 'In the ' },
          { kind: 'strong', text: 'Console' },
          { kind: 'plain', text: ', set ' },
          { kind: 'code', text: 'Calls' },
          { kind: 'plain', text: ' to' },
        ],
      },
      { kind: 'block', text: 'https://x/\n\ny' },
      { kind: 'paragraph', pieces: [{ kind: 'plain', text: 'Then save.' }] },
    ]);
  });

  test('a block keeps its own indents, and a star in a text is a star', () => {
    expect(blocksOf('    a:\n      b: 1')).toEqual([{ kind: 'block', text: 'a:\n  b: 1' }]);
    expect(blocksOf('2 * 3 * 4 ` <b>')).toEqual([
      { kind: 'paragraph', pieces: [{ kind: 'plain', text: '2 * 3 * 4 ` <b>' }] },
    ]);
    expect(blocksOf('')).toEqual([]);
  });
});

describe('quarantine', () => {
  const item = (more: object = {}) =>
    ({
      id: 'q1',
      reason: 'unknown_status',
      is_cut: false,
      faults: { count: 0, records: [] },
      ...more,
    }) as unknown as QuarantineItem;

  test('is listed by reason, in one order, those that are not known last', () => {
    const all = ['new_reason', 'unreadable', 'unknown_status', 'unreadable'].map((reason) => item({ reason }));
    expect(byReason(all).map(({ reason, items }) => [reason, items.length])).toEqual([
      ['unknown_status', 1],
      ['unreadable', 2],
      ['new_reason', 1],
    ]);
    expect(byReason([])).toEqual([]);
  });

  test('a delivery is told by its first fault', () => {
    const fault = { reason: 'unknown_status', message: 'Not in the table', word: 'dancing', part: 0 };
    expect(faultText(item({ faults: { count: 3, records: [fault] } }))).toBe(
      'Not in the table (“dancing”) and 2 more faults',
    );
    expect(faultText(item({ faults: { count: 1, records: [{ ...fault, word: null }] } }))).toBe('Not in the table');
    expect(faultText(item())).toBe('');
    expect([replayable(item()), replayable(item({ is_cut: true }))]).toEqual([true, false]);
  });

  test('what became of a replay is said', () => {
    const of = { id: 'q1', released: true, applied: 2, duplicate: 0, stale: 1, rejected: 0 };
    expect(replayText(of)).toContain('2 applied, 1 stale');
    expect(replayText({ ...of, applied: 0, stale: 0 })).toContain('no call');
    expect(replayText({ ...of, released: false })).toContain('still cannot be read');
    expect(replaysText({ released: 2, kept: 1, failed: 0 })).toBe('2 read, 1 still cannot be read');
    expect(replaysText({ released: 0, kept: 0, failed: 4 })).toContain('4 could not be asked');
  });

  test('a body is shown as people read it', () => {
    expect(bodyText('a=1&b=x+y', 'application/x-www-form-urlencoded; charset=utf-8')).toBe('a = 1\nb = x y');
    expect(bodyText('{"a":1}', 'application/json')).toBe('{\n  "a": 1\n}');
    expect(bodyText('{"a":', 'application/json')).toBe('{"a":');
    expect(bodyText('', '')).toBe('');
  });

  test.each([
    ['', 1],
    ['2', 2],
    ['0', 1],
    ['-1', 1],
    ['1.5', 1],
    ['1e9', 1],
    ['x', 1],
  ])('the page %j of the address is %d', (text, page) => expect(pageNumber(text)).toBe(page));
  test('the last page', () => expect([0, 100, 101].map(lastPage)).toEqual([1, 1, 2]));
});
