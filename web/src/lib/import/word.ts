/** Words of a file that are in no list, and what a person says they mean. */
import type { UnknownWord } from '../api/imports';
import { spoken } from '../words';
import { BLANK, type Given, type Question } from './doubt';

/** So many are asked about at once: the next come when these are answered. */
const ASKED = 50;

export interface WordQuestion {
  key: string;
  word: UnknownWord;
  /** Value of the option → what it says. */
  choices: { value: string; text: string }[];
}

/** Word → the value of its option that was chosen; '' where it is left open. */
export type Meanings = Record<string, string>;

/** The words to ask about: those that no question asks about already. */
export function wordQuestions(words: readonly UnknownWord[], questions: readonly Question[]): WordQuestion[] {
  const asked = new Set(questions.flatMap(({ choices }) => choices.map(({ value }) => beforeMeaning(value))));
  return words
    .flatMap((word) =>
      word.value === null || asked.has(beforeMeaning(word.value)) ? [] : [asQuestion(word, word.value)],
    )
    .slice(0, ASKED);
}

/** A word that is asked about in a question, by the part of its option that stands before the meaning. */
function beforeMeaning(value: string): string {
  return value.slice(0, value.lastIndexOf('=') + 1);
}

function asQuestion(word: UnknownWord, value: string): WordQuestion {
  const meaning = (choice: string) => value.replace(BLANK, () => choice);
  const choices = word.choices.map((choice) => ({ value: meaning(choice), text: spoken(choice) }));
  // A call whose status is left out would be none.
  const none = word.rejects ? [] : [{ value: meaning(''), text: 'Nothing: leave it out' }];
  return { key: `${word.field}:${word.word}`, word, choices: [...choices, ...none] };
}

/** The answers that were chosen. */
export function meaningsGiven(questions: readonly WordQuestion[], meanings: Meanings): Given[] {
  return questions.flatMap(({ key }) => {
    const value = meanings[key];
    return value ? [{ option: '--values', value }] : [];
  });
}
