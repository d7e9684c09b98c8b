/** The states of an import, for people. */
import type { ImportItem, ImportState, ListedImport, Preview } from '../api/imports';
import { number, percent, plural } from '../format';
import { table } from '../table';
import { bytesText } from './file';

const WORDS: Record<string, string> = table({
  uploading: 'Upload not finished',
  reading: 'Being read',
  asking: 'To be answered',
  ready: 'Ready to import',
  importing: 'Being imported',
  done: 'Imported',
  failed: 'Failed',
  undoing: 'Being withdrawn',
  undone: 'Withdrawn',
});

export function stateText(state: string): string {
  return WORDS[state] ?? state;
}

/** A process of the server works on it: its state changes by itself. */
export function isWorking(state: ImportState): boolean {
  return state === 'reading' || state === 'importing' || state === 'undoing';
}

/** It may be deleted: an import that is written is not. */
export function canDrop(state: ImportState): boolean {
  return state !== 'importing' && state !== 'undoing';
}

/** What deleting it is called: of what is imported, only the record goes. */
export function dropWord(state: ImportState): string {
  return state === 'done' || state === 'undone' ? 'Forget' : 'Drop';
}

/** It has been read, and nothing was imported: it can be read again by other options, or imported. */
export function isRead({ state, preview }: Pick<ImportItem, 'state' | 'preview'>): boolean {
  return preview !== null && (state === 'asking' || state === 'ready' || state === 'failed');
}

export interface Progress {
  /** From 0 to 1; undefined while nothing is known. */
  share: number | undefined;
  text: string;
}

/** How far the work is. A file is read several times, so its rows say nothing about when the reading ends. */
export function progressOf({
  state,
  rows_done,
  rows_total,
}: Pick<ListedImport, 'state' | 'rows_done' | 'rows_total'>): Progress {
  const done = `${number(rows_done)} rows`;
  if (state === 'reading')
    return { share: undefined, text: rows_done ? `${done} so far` : 'Waiting for the first rows' };
  if (state !== 'importing') return { share: undefined, text: stateText(state) };
  if (!rows_total) return { share: undefined, text: done };
  const share = Math.min(1, rows_done / rows_total);
  return { share, text: `${number(rows_done)} of ${number(rows_total)} rows · ${percent(100 * share)}` };
}

/** Why it cannot be imported now; '' when it can. */
export function obstacle(item: Pick<ImportItem, 'state' | 'missing' | 'preview'>): string {
  if (!isRead(item)) return 'It is not read yet.';
  if (item.missing?.length) return `Say first which column holds ${item.missing.join(' and ')}.`;
  return '';
}

/** It was refused because an earlier import read the same file otherwise: it may be told to replace that. */
export function asksToReplace(faults: readonly { field: string }[]): boolean {
  return faults.some(({ field }) => field === 'replace');
}

/** How much of a file has come. */
export function bytesProgress(bytes: number, size: number): Progress {
  const share = size ? Math.min(1, bytes / size) : 1;
  return { share, text: `${bytesText(bytes)} of ${bytesText(size)} · ${percent(100 * share)}` };
}

/** What the button of the last step says. */
export function importLabel(preview: Preview, type: ListedImport['type']): string {
  const count = preview[type === 'task' ? 'tasks' : 'calls'];
  return `Import ${plural(typeof count === 'number' ? count : 0, type)}`;
}
