import { describe, expect, test, vi } from 'vitest';
import { ApiError } from '../src/lib/api/error';
import type { FoundRow, ImportItem } from '../src/lib/api/imports';
import { type Question, answersGiven, askedColumns, numbersAbout, questionsOf } from '../src/lib/import/doubt';
import { draftOf, emptyDraft, forgetDraft, keepDraft } from '../src/lib/import/draft';
import {
  bytesKept,
  bytesText,
  digest,
  digestOf,
  digestsIn,
  otherFile,
  partBounds,
  partsMissing,
  partsToSend,
  unfit,
  withDigest,
} from '../src/lib/import/file';
import { notCounted, outcomeNumbers, previewNumbers, rejectedRows, successRate } from '../src/lib/import/numbers';
import { assignments, optionLines, piece, pieces } from '../src/lib/import/option';
import { becomes, cellOf, columnsOf, samples } from '../src/lib/import/rows';
import { sendParts } from '../src/lib/import/sending';
import { meaningsGiven, wordQuestions } from '../src/lib/import/word';
import { asksToReplace, isRead, isWorking, obstacle, progressOf, stateText } from '../src/lib/import/state';

const upload = { name: 'calls.csv', size: 20, part_bytes: 8, parts: 3, parts_kept: [0, 2] };
const item = (more: object) => more as unknown as ImportItem;

describe('what is chosen and not sent yet', () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
      removeItem: (key: string) => void kept.delete(key),
    };
  };
  const chosen = {
    picks: { 1: { choice: 0, text: 'id' } },
    meanings: { 'call_type:in': 'call_type:in=inbound' },
    anyway: true,
    save: 'dialler',
    replace: 'This file was imported before',
  };

  test('comes back after a reload, of its import, until the file is read otherwise', () => {
    const window = storage();
    keepDraft(window, 'a', 'read', chosen);
    expect(draftOf(window, 'a', 'read')).toEqual(chosen);
    expect(draftOf(window, 'a', 'read otherwise')).toEqual(emptyDraft());
    expect(draftOf(window, 'b', 'read')).toEqual(emptyDraft());
    forgetDraft(window, 'a');
    expect(draftOf(window, 'a', 'read')).toEqual(emptyDraft());
  });

  test('is empty where the browser keeps nothing', () => {
    const none = () => {
      throw new Error('no storage');
    };
    const window = { getItem: none, setItem: none, removeItem: none };
    keepDraft(window, 'a', 'read', chosen);
    forgetDraft(window, 'a');
    expect(draftOf(window, 'a', 'read')).toEqual(emptyDraft());
    expect(draftOf({ ...window, getItem: () => 'x' }, 'a', 'read')).toEqual(emptyDraft());
  });
});

describe('a file in parts', () => {
  test('the parts that are missing, their bytes, and what has come', () => {
    expect(partsMissing(upload)).toEqual([1]);
    expect([0, 1, 2].map((part) => partBounds(part, upload))).toEqual([
      [0, 8],
      [8, 16],
      [16, 20],
    ]);
    expect([bytesKept(upload), bytesKept({ ...upload, parts_kept: [] })]).toEqual([12, 0]);
  });

  test('only what is missing is sent of a file that is known to be the same, else all of it', () => {
    expect(partsToSend(upload, 'digest')).toEqual([1]);
    expect(partsToSend(upload, undefined)).toEqual([0, 1, 2]);
  });

  test.each([
    ['another name', { name: 'tasks.csv', size: 20 }, 'a', 'This is tasks.csv'],
    ['another size', { name: 'calls.csv', size: 21 }, 'a', '21 bytes; the one that was begun has 20'],
    ['another content', { name: 'calls.csv', size: 20 }, 'b', 'says something else'],
  ])('%s is another file', (_, file, found, why) => expect(otherFile(upload, file, 'a', found)).toContain(why));

  test('the same file is the same, also where nothing is remembered of it', () => {
    const file = { name: 'calls.csv', size: 20 };
    expect([otherFile(upload, file, 'a', 'a'), otherFile(upload, file, undefined, 'a')]).toEqual(['', '']);
  });

  test('a digest tells files apart by their beginning and by their end', async () => {
    const long = (head: string, tail: string) => new Blob([head, new Uint8Array(3 << 20), tail]);
    const [one, same, head, tail] = await Promise.all(
      [long('a', 'z'), long('a', 'z'), long('b', 'z'), long('a', 'y')].map(digestOf),
    );
    expect(one).toBe(same);
    expect(new Set([one, head, tail]).size).toBe(3);
    expect(digest(new Uint8Array([1, 2]))).not.toBe(digest(new Uint8Array([2, 1])));
    expect(await digestOf(new Blob(['']))).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a browser remembers the files of its last uploads', () => {
    const pairs = Array.from({ length: 20 }, (_, at): [string, string] => [`id${at}`, 'd']);
    expect(withDigest(pairs, 'new', 'n').map(([id]) => id)).toEqual([...pairs.slice(1).map(([id]) => id), 'new']);
    expect(withDigest([['a', 'old']], 'a', 'new')).toEqual([['a', 'new']]);
    expect(digestsIn(JSON.stringify([['a', 'b'], 7, ['c']]))).toEqual([['a', 'b']]);
    expect(['{', '7', null].map(digestsIn)).toEqual([[], [], []]);
  });

  test('an empty file and one of more than a gibibyte are not sent', () => {
    expect(unfit({ name: 'a.csv', size: 0 })).toBe('a.csv is empty.');
    expect(unfit({ name: 'a.csv', size: (1 << 30) + 1 })).toContain('at most 1 GiB');
    expect([unfit({ name: 'a.csv', size: 1 }), unfit({ name: 'a.csv', size: 1 << 30 })]).toEqual(['', '']);
  });

  test('sizes as people read them', () =>
    expect([0, 1023, 1024, 1536, 200 << 10, 8 << 20, 1 << 30].map(bytesText)).toEqual([
      '0 bytes',
      '1,023 bytes',
      '1.0 KiB',
      '1.5 KiB',
      '200 KiB',
      '8.0 MiB',
      '1.0 GiB',
    ]));
});

describe('sending', () => {
  /** Sends parts to a server that answers each request by the next of these errors; undefined: it takes the part. */
  async function send(parts: number[], answers: (ApiError | undefined)[], signal = new AbortController().signal) {
    const asked: number[] = [];
    const came: number[] = [];
    const errors: number[] = [];
    const whole = await sendParts(
      parts,
      {
        send: (part) => {
          asked.push(part);
          const error = answers.shift();
          return error ? Promise.reject(error) : Promise.resolve();
        },
        progress: () => {},
        came: (part) => came.push(part),
        failed: (error) => errors.push(error.status),
      },
      signal,
      [1],
    );
    return { asked, came, errors, whole };
  }

  test('one part after the other', async () =>
    expect(await send([0, 2], [])).toEqual({ asked: [0, 2], came: [0, 2], errors: [], whole: true }));

  test('nothing is left to send', async () => expect((await send([], [])).whole).toBe(true));

  test('a part that did not come is sent again', async () => {
    const found = await send([0, 1], [undefined, new ApiError(0, ''), new ApiError(503, ''), undefined]);
    expect(found).toEqual({ asked: [0, 1, 1, 1], came: [0, 1], errors: [0, 503], whole: true });
  });

  test('a part that is refused is not sent again', async () =>
    expect(await send([0, 1], [new ApiError(409, '')])).toEqual({ asked: [0], came: [], errors: [409], whole: false }));

  test('it waits as long as the server says', async () => {
    vi.useFakeTimers();
    let done = false;
    const sent = send([0], [new ApiError(429, '', null, 7)]).finally(() => (done = true));
    await vi.advanceTimersByTimeAsync(6999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect((await sent).asked).toEqual([0, 0]);
    vi.useRealTimers();
  });

  test('once stopped it sends nothing', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await send([0], [], stop.signal)).toEqual({ asked: [], came: [], errors: [], whole: false });
  });
});

describe('options', () => {
  test.each([
    ['a=b,c=d', ['a=b', 'c=d']],
    ['a=b, c=d', ['a=b', 'c=d']],
    ['"a=x,y",c=d', ['a=x,y', 'c=d']],
    ['"a=""x"""', ['a="x"']],
    ['', ['']],
  ])('%s is split at commas outside of quotes', (text, found) => expect(pieces(text)).toEqual(found));

  test.each(['a=b', 'a=x,y', 'a="x"', ' a'])('a piece is found again: %s', (text) =>
    expect(pieces(`${piece(text)},z`)).toEqual([text, 'z']),
  );

  test('a source may hold an equals sign', () =>
    expect(assignments(['a=b=c', 'd=e, odd'])).toEqual([
      ['a', 'b=c'],
      ['d', 'e'],
    ]));
});

const rows: FoundRow[] = [
  {
    line: 2,
    cells: ['1', '03/02/2026', '60', 'x'],
    event: { call_id: 'a1', creation_time: 'T1', call_duration: 60 },
    problem: null,
  },
  {
    line: 3,
    cells: ['2', '04/02/2026', null, 'x'],
    event: { call_id: 'a2', creation_time: 'T2', call_status: 'missed' },
    problem: null,
  },
  { line: 4, cells: ['3', '', '7', ''], event: null, problem: 'no time' },
];
const read = {
  columns: ['No.', 'When', 'Talk, s', 'Note'],
  plan: { map: ['call_id=a{No.},creation_time=When', '"call_duration=Talk, s"'] },
  rows,
};

describe('the first rows', () => {
  test('columns that become something come first, then fields that come from no column', () => {
    const { shown, rest } = columnsOf(read, new Set());
    expect(shown.map(({ name, fields }) => [name, ...fields])).toEqual([
      ['No.', 'call_id'],
      ['When', 'creation_time'],
      ['Talk, s', 'call_duration'],
      ['', 'call_status'],
    ]);
    expect(rest.map(({ name }) => name)).toEqual(['Note']);
  });

  test('a column that is asked about comes first, although nothing comes of it', () => {
    const { shown, rest } = columnsOf(read, new Set(['Note']));
    expect([shown[0]?.name, shown.length, rest]).toEqual(['Note', 5, []]);
  });

  test('a cell is shown as it will be read, and as it stands where that differs', () => {
    const [id, when, talk, status] = columnsOf(read, new Set()).shown;
    const cells = (row: number) =>
      [id, when, talk, status].map((column) => column && cellOf(rows[row] as FoundRow, column));
    expect(cells(0)).toEqual([
      { read: 'a1', raw: '1' },
      { read: 'T1', raw: '03/02/2026' },
      { read: '60', raw: '' },
      { read: '', raw: '' },
    ]);
    expect(cells(1)[3]).toEqual({ read: 'missed', raw: '' });
    expect(cells(2)[0]).toEqual({ read: '', raw: '3' });
  });

  test('a column says what becomes of it', () =>
    expect([['call_id', 'odd_field'], []].map((fields) => becomes({ fields }))).toEqual([
      'Call, Odd field',
      'Not imported',
    ]));

  test('a column is known by a few of its different cells', () => {
    expect(samples(read, 'When')).toEqual(['03/02/2026', '04/02/2026']);
    expect([samples(read, 'Note'), samples(read, 'gone')]).toEqual([['x'], []]);
  });
});

describe('doubts', () => {
  const doubt = (about: string, column: string | null, ...answers: [string, string][]) => ({
    about,
    column,
    message: `No column looks like call_id; say which with map`,
    answers: answers.map(([option, value]) => ({ option, value, meaning: 'm' })),
  });
  const ask = (doubts: object[], words: object[] = []) => questionsOf(item({ ...read, doubts, unknown_words: words }));

  test('the answers that are chosen are sent as options, those of open questions not', () => {
    const questions = ask([
      doubt('day_month', 'When', ['--time-format', '%d/%m/%Y'], ['--time-format', '%m/%d/%Y']),
      doubt('unit', 'Talk, s', ['--duration-unit', 'minutes']),
      doubt('legs', null, ['--legs', '']),
    ]);
    const picks = { 0: { choice: 1, text: '' }, 2: { choice: 0, text: '' } };
    expect(answersGiven(questions, picks)).toEqual([
      { option: '--time-format', value: '%m/%d/%Y' },
      { option: '--legs', value: '' },
    ]);
    expect([...askedColumns(questions)]).toEqual(['When', 'Talk, s']);
    expect([numbersAbout(questions, 'When'), numbersAbout(questions, 'Note')]).toEqual([[1], []]);
  });

  test('what an answer leaves open is filled in, and without that it is none', () => {
    const questions = ask([doubt('id', null, ['--map', 'call_id=…'], ['--values', 'call_status:x=…'])]);
    expect(questions[0]?.choices.map(({ fill }) => fill)).toEqual(['column', 'text']);
    const given = (choice: number, text: string) => answersGiven(questions, { 0: { choice, text } });
    expect(given(0, 'No.')).toEqual([{ option: '--map', value: 'call_id=No.' }]);
    expect(given(0, 'Talk, s')).toEqual([{ option: '--map', value: '"call_id=Talk, s"' }]);
    expect(given(0, '$&')).toEqual([{ option: '--map', value: 'call_id=$&' }]);
    expect(given(1, ' missed ')).toEqual([{ option: '--values', value: 'call_status:x=missed' }]);
    expect([given(0, ' '), given(7, 'x')]).toEqual([[], []]);
  });

  test('times may be in any zone, also where the guess names one', () => {
    const [plain, ofField] = ask([
      doubt('zone', 'When', ['--timezone', 'UTC']),
      doubt('zone', 'When', ['--timezone', 'end_time:UTC']),
    ]);
    expect(answersGiven(plain ? [plain] : [], { 0: { choice: 1, text: 'Asia/Tokyo' } })).toEqual([
      { option: '--timezone', value: 'Asia/Tokyo' },
    ]);
    expect(ofField?.choices.map(({ value }) => value)).toEqual(['end_time:UTC', 'end_time:…']);
  });

  const word = (field: string, text: string | null, rejects = false) => ({
    field,
    word: text,
    rows: 2,
    option: null,
    value: text === null ? null : `${field}:${text}=…`,
    choices: field === 'answered_by' ? ['human', 'machine'] : ['completed', 'missed'],
    rejects,
  });

  test('what each word means is asked for once, with the choices of its field', () => {
    const words = [word('call_status', 'zzz', true), word('answered_by', 'fax'), word('answered_by', null)];
    const [open, settled] = ask(
      [
        doubt('status', 'S', ['--values', 'call_status:zzz=…']),
        doubt('status', 'S', ['--values', 'call_status:y=missed']),
      ],
      words,
    );
    expect([open?.choices, open?.ofWords, settled?.choices.length, settled?.ofWords]).toEqual([[], true, 1, false]);
    const asked = wordQuestions([...words, word('call_status', 'y', true)], [open, settled] as Question[]);
    expect(asked.map(({ choices }) => choices.map(({ value }) => value))).toEqual([
      ['call_status:zzz=completed', 'call_status:zzz=missed'],
      ['answered_by:fax=human', 'answered_by:fax=machine', 'answered_by:fax='],
    ]);
    expect(meaningsGiven(asked, { 'answered_by:fax': 'answered_by:fax=', 'call_status:zzz': '' })).toEqual([
      { option: '--values', value: 'answered_by:fax=' },
    ]);
  });

  test('the options of a mapping are shown as they are typed', () =>
    expect(optionLines({ map: ['a=b', 'c=d'], when: [['x=1', 'f=v']], legs: true, decimal: 'comma' })).toEqual([
      { option: '--map', value: 'a=b' },
      { option: '--map', value: 'c=d' },
      { option: '--when', value: 'x=1 f=v' },
      { option: '--legs', value: '' },
      { option: '--decimal', value: 'comma' },
    ]));
});

describe('numbers', () => {
  const preview = {
    calls: 200,
    completed: 150,
    missed: 40,
    failed: 10,
    avg_duration_seconds: 61.5,
    completed_without_duration: 3,
    first: '2026-02-03T08:00:00Z',
    last: null,
    agents: 4,
  };
  const texts = (found: { key: string; text: string }[]) =>
    Object.fromEntries(found.map(({ key, text }) => [key, text]));

  test('the numbers that will stand, the success rate among them', () => {
    expect(texts(previewNumbers(preview, 'call', 'UTC'))).toEqual({
      calls: '200',
      success_rate: '75.0 %',
      completed: '150',
      missed: '40',
      failed: '10',
      average: '1 min 2 s',
      first: '3 Feb 2026, 08:00:00',
      last: '–',
      agents: '4',
    });
    expect([successRate({ calls: 0, completed: 0 }), successRate({})]).toEqual([null, null]);
  });

  test('numbers that are seldom right are marked', () => {
    const odd = (more: object) =>
      previewNumbers({ ...preview, ...more }, 'call', 'UTC')
        .filter((each) => each.odd)
        .map(({ key }) => key);
    expect([
      odd({}),
      odd({ calls: 0, completed: 0 }),
      odd({ completed: 200 }),
      odd({ avg_duration_seconds: 0 }),
    ]).toEqual([[], ['calls'], ['success_rate'], ['average']]);
  });

  test('tasks by their status', () =>
    expect(
      texts(previewNumbers({ tasks: 3, pending: 1, running: 0, completed: 2, failed: 0 }, 'task', 'UTC')),
    ).toMatchObject({ tasks: '3', pending: '1', completed: '2', first: '–' }));

  test('what is not in the numbers is said', () => {
    expect(notCounted({ rejected: 2, left_out: { totals: 1 }, mended: 4, preview })).toEqual([
      '2 rows cannot be taken.',
      '1 line left out: totals.',
      '4 rows read in spite of quotes that are not doubled.',
      '3 completed calls without a duration: the average leaves them out.',
    ]);
    expect(notCounted({ rejected: 0, left_out: {}, mended: 0, preview: null })).toEqual([]);
  });

  test('the report counts every row, and shows an example of each reason', () => {
    const report = {
      received: 9,
      applied: 4,
      duplicate: 1,
      stale: 0,
      rejected: 4,
      rejected_by_reason: { invalid: 1, missing_status: 3 },
      rejected_examples: { missing_status: { line: 7, message: 'no status' } },
    } as unknown as Parameters<typeof rejectedRows>[0];
    expect(outcomeNumbers(report).map(({ text, odd }) => [text, odd])).toEqual([
      ['9', false],
      ['4', false],
      ['1', false],
      ['0', false],
      ['4', true],
    ]);
    expect(rejectedRows(report).map(({ rows, example }) => [rows, example])).toEqual([
      [3, 'Line 7: no status'],
      [1, ''],
    ]);
  });
});

describe('states', () => {
  test('progress is of the rows while it is imported, and without an end while it is read', () => {
    expect(progressOf({ state: 'importing', rows_done: 500, rows_total: 2000 })).toEqual({
      share: 0.25,
      text: '500 of 2,000 rows · 25.0 %',
    });
    expect(progressOf({ state: 'importing', rows_done: 5, rows_total: 4 }).share).toBe(1);
    expect(progressOf({ state: 'importing', rows_done: 5, rows_total: null }).share).toBeUndefined();
    expect(progressOf({ state: 'reading', rows_done: 3, rows_total: 2 }).share).toBeUndefined();
  });

  test('what works changes by itself; what failed can be read again', () => {
    expect((['reading', 'asking', 'importing', 'undoing', 'done'] as const).map(isWorking)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    const preview = {};
    expect([isRead({ state: 'failed', preview }), isRead({ state: 'failed', preview: null })]).toEqual([true, false]);
    expect([isRead({ state: 'done', preview }), stateText('toString')]).toEqual([false, 'toString']);
  });

  test('without a column for what every call needs nothing can be imported', () => {
    expect(obstacle({ state: 'asking', preview: {}, missing: ['call_id'] })).toContain('call_id');
    expect(obstacle({ state: 'asking', preview: {}, missing: [] })).toBe('');
    expect(obstacle({ state: 'uploading', preview: null, missing: null })).not.toBe('');
  });

  test('only a refusal that names it asks whether to replace', () =>
    expect([asksToReplace([{ field: 'replace' }]), asksToReplace([{ field: 'When' }])]).toEqual([true, false]));
});
