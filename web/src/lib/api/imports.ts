/** Imports of files as the API answers them. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type ImportState =
  'uploading' | 'reading' | 'asking' | 'ready' | 'importing' | 'done' | 'failed' | 'undoing' | 'undone';
export type RecordType = 'call' | 'task';

export type DoubtAnswer = Schemas['Answer'];
export type Doubt = Schemas['Doubt'];
/** `event`: field → value, as the row would be sent; null where it cannot be taken, which `problem` explains. */
export type FoundRow = Omit<Schemas['FoundRow'], 'event'> & { event: Record<string, unknown> | null };

export interface UnknownWord {
  field: string;
  /** Null: further words of the field together. */
  word: string | null;
  rows: number;
  option: string | null;
  /** The text of `--values` that says what it means, with `…` for the meaning. */
  value: string | null;
  /** What it may mean. */
  choices: string[];
  /** Rows with it cannot be taken; else only the field is left out of them. */
  rejects: boolean;
}

export type ListedMapping = Omit<Schemas['ListedMapping'], 'type'> & { type: RecordType };
export type MappingItem = Omit<Schemas['MappingItem'], 'type' | 'options'> & {
  type: RecordType;
  options: Record<string, unknown>;
};

/** Calls or tasks by status, first and last, of this file alone. */
export type Preview = Record<string, number | string | null | Record<string, number>>;

export interface ImportReport {
  received: number;
  applied: number;
  duplicate: number;
  stale: number;
  rejected: number;
  rejected_by_reason: Record<string, number>;
  rejected_examples?: Record<string, { line: number; message: string }>;
  unknown_words: UnknownWord[];
  left_out: Record<string, number>;
  mended: number;
  saved_mapping?: string;
  replaced: number;
  replaced_batches: string[];
}

export type ImportOptions = Record<string, unknown> & { map?: string[] };

/** What the document of the API leaves open of an import. */
interface Known {
  state: ImportState;
  type: RecordType;
}
export type ListedImport = Omit<Schemas['ListedImport'], keyof Known> & Known;

/** What it leaves open of all that is known of one. */
interface Found extends Known {
  options: ImportOptions | null;
  plan: ImportOptions | null;
  rows: FoundRow[] | null;
  preview: Preview | null;
  unknown_words: UnknownWord[];
  report: ImportReport | null;
}
export type ImportItem = Omit<Schemas['ImportItem'], keyof Found> & Found;
