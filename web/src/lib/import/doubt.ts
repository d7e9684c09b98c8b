/** Doubts of a file as questions to a person, and their answers as options. */
import type { Doubt, DoubtAnswer, ImportItem } from '../api/imports';
import { plural } from '../format';
import { piece } from './option';
import { samples } from './rows';

export const BLANK = '…';

/** What a person fills into an answer. */
export type Fill = 'column' | 'zone' | 'text';

export interface Choice extends DoubtAnswer {
  fill: Fill | undefined;
}

export interface Question {
  /** Its place, for names of fields. */
  at: number;
  message: string;
  column: string | null;
  /** Cells of the column. */
  samples: string[];
  choices: Choice[];
  /** It is about words whose meaning is asked for one by one. */
  ofWords: boolean;
}

/** The choice of a question, and what was filled in; questions without one are left open. */
export type Picks = Record<number, { choice: number; text: string } | undefined>;

export interface Given {
  option: string;
  value: string;
}

type Read = Pick<ImportItem, 'doubts' | 'columns' | 'rows' | 'unknown_words'>;

export function questionsOf(read: Read): Question[] {
  const words = new Set(read.unknown_words.map(({ value }) => value));
  const isOfWord = ({ option, value }: DoubtAnswer) => option === '--values' && words.has(value);
  return (read.doubts ?? []).map((doubt, at) => ({
    at,
    message: doubt.message,
    column: doubt.column,
    samples: doubt.column === null ? [] : samples(read, doubt.column),
    ofWords: doubt.answers.some(isOfWord),
    choices: answersOf(doubt)
      .filter((answer) => !isOfWord(answer))
      .map((answer) => ({ ...answer, fill: fillOf(answer) })),
  }));
}

/** Its answers; for a zone, any. */
function answersOf(doubt: Doubt): DoubtAnswer[] {
  if (doubt.about === 'zone' && !doubt.answers.some((answer) => answer.value.includes(BLANK))) {
    const [first] = doubt.answers;
    const field = /^[a-z_]+:/.exec(first?.value ?? '')?.[0] ?? '';
    return [...doubt.answers, { option: '--timezone', value: `${field}${BLANK}`, meaning: 'another zone' }];
  }
  return doubt.answers;
}

function fillOf({ option, value }: DoubtAnswer): Fill | undefined {
  if (!value.includes(BLANK)) return undefined;
  return option === '--map' ? 'column' : option === '--timezone' ? 'zone' : 'text';
}

/** The answers that were chosen and, where something is to be filled in, filled in; in the order of the questions. */
export function answersGiven(questions: readonly Question[], picks: Picks): Given[] {
  return questions.flatMap((question) => {
    const pick = picks[question.at];
    const choice = pick && question.choices[pick.choice];
    if (!choice) return [];
    const text = pick.text.trim();
    if (!choice.fill) return [{ option: choice.option, value: choice.value }];
    if (!text) return [];
    return [{ option: choice.option, value: filled(choice, text) }];
  });
}

function filled({ option, value }: Choice, text: string): string {
  const whole = value.replace(BLANK, () => text);
  return option === '--map' ? piece(whole) : whole;
}

/** Questions that somebody can answer; the others say what to mind. */
export function answerable(questions: readonly Question[]): Question[] {
  return questions.filter((question) => question.choices.length > 0);
}

/** Columns that somebody is asked about. */
export function askedColumns(questions: readonly Question[]): Set<string> {
  return new Set(questions.flatMap(({ column }) => (column === null ? [] : [column])));
}

/** The questions about a column, by their number for people. */
export function numbersAbout(questions: readonly Question[], column: string): number[] {
  return questions.filter((question) => question.column === column).map(({ at }) => at + 1);
}

/** An answer as a person would type it, beside its meaning. */
export function optionText({ option, value }: Given): string {
  return value ? `${option} ${value}` : option;
}

export function leftOpen(open: number): string {
  return `Import although ${plural(open, 'thing')} ${open === 1 ? 'is' : 'are'} doubtful`;
}
