/** What somebody has chosen about a file and not sent yet, kept by the window, so that a reload loses none of it. */
import { type Picks } from './doubt';
import { digest } from './file';
import type { Meanings } from './word';

export interface Draft {
  picks: Picks;
  meanings: Meanings;
  /** Import although something is doubtful. */
  anyway: boolean;
  /** The name that the way it is read is saved under. */
  save: string;
  /** What the import would replace, where it was asked; '' where it was not. */
  replace: string;
}

export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

const key = (id: string) => `callboard-import-${id}`;
const about = (read: string) => digest(new TextEncoder().encode(read));

export function emptyDraft(): Draft {
  return { picks: {}, meanings: {}, anyway: false, save: '', replace: '' };
}

/** What was kept of an import; an empty draft where it was read otherwise since, as the questions are others then. */
export function draftOf(storage: Storage, id: string, read: string): Draft {
  try {
    const kept = JSON.parse(storage.getItem(key(id)) ?? 'null') as ({ about: string } & Draft) | null;
    if (kept?.about !== about(read)) return emptyDraft();
    const { picks, meanings, anyway, save, replace } = kept;
    return { picks, meanings, anyway, save, replace };
  } catch {
    return emptyDraft();
  }
}

/** Keeps it; without room for it, or where the browser keeps nothing, a reload loses it. */
export function keepDraft(storage: Storage, id: string, read: string, draft: Draft): void {
  try {
    storage.setItem(key(id), JSON.stringify({ about: about(read), ...draft }));
  } catch {
    return;
  }
}

export function forgetDraft(storage: Storage, id: string): void {
  try {
    storage.removeItem(key(id));
  } catch {
    return;
  }
}
