import { request } from '../api/client';
import { ApiError, asApiError } from '../api/error';
import type { ImportItem } from '../api/imports';
import { segment } from '../api/segment';
import type { Answer } from '../api/types';
import { uploadPart } from '../api/upload';
import {
  type Remembered,
  bytesKept,
  digestOf,
  digestsIn,
  otherFile,
  partBounds,
  partsToSend,
  withDigest,
} from '../import/file';
import { sendParts } from '../import/sending';

/** Where a file goes. */
export interface Place {
  organization: string;
  space: string;
  /** The saved mapping that it is read by; '' to guess. */
  mapping: string;
}

const KEY = 'callboard-uploads';
const GONE = 'The file cannot be read any more: it was changed or removed. Choose it again.';

export const importsPath = (space: string) => `spaces/${segment(space)}/imports/`;
export const importPath = (space: string, id: string) => `${importsPath(space)}${segment(id)}/`;

/** The one upload of this window. It goes on while other pages are shown, and can be taken up again after a reload. */
class Uploading {
  /** The id of the import whose file is being sent; '' while none is. */
  id = $state('');
  /** Bytes that have come, and are on their way. */
  sent = $state(0);
  /** Why the last part did not come. While `id` is set, it is sent again. */
  error = $state.raw<ApiError>();
  /** The import that `error` is about. */
  about = $state('');
  #stop: AbortController | undefined;

  /** Opens an import of the file and begins to send it. Resolves with the import once it is open; throws `ApiError`. */
  async open(place: Place, file: File, type: string): Promise<ImportItem> {
    const digest = await readable(digestOf(file));
    const body = { name: file.name, size: file.size, type };
    const opened = await request<Answer<ImportItem>>(importsPath(place.space), {
      method: 'POST',
      organization: place.organization,
      body,
    });
    remember(opened.data.id, digest);
    void this.#send(place, opened.data, file, digest);
    return opened.data;
  }

  /** Goes on with an upload that was begun before. Throws `ApiError` when this is another file. */
  async resume(place: Place, item: ImportItem, file: File): Promise<void> {
    const found = await readable(digestOf(file));
    const known = remembered(item.id);
    const why = otherFile(item, file, known, found);
    if (why) throw new ApiError(422, why);
    remember(item.id, found);
    void this.#send(place, item, file, known);
  }

  /** Ends sending; what has come stays, and the upload can be taken up again. */
  stop(): void {
    this.#stop?.abort();
    this.id = '';
  }

  async #send(place: Place, item: ImportItem, file: File, known: Remembered): Promise<void> {
    this.#stop?.abort();
    const own = (this.#stop = new AbortController());
    const parts = partsToSend(item, known);
    const path = importPath(place.space, item.id);
    let come = known === undefined ? 0 : bytesKept(item);
    this.id = this.about = item.id;
    this.sent = come;
    this.error = undefined;
    const mine = () => this.#stop === own;
    const whole = await sendParts(
      parts,
      {
        send: async (part, progress, signal) => {
          const content = await readable(file.slice(...partBounds(part, item)).arrayBuffer());
          await uploadPart(`${path}parts/${part}/`, place.organization, content, signal, progress);
        },
        progress: (bytes) => {
          if (mine()) this.sent = come + Math.min(bytes, item.part_bytes);
        },
        came: (part) => {
          const [from, to] = partBounds(part, item);
          come += to - from;
          if (!mine()) return;
          this.sent = come;
          this.error = undefined;
        },
        failed: (error) => {
          if (mine()) this.error = error;
        },
      },
      own.signal,
    );
    if (whole) await this.#read(path, place, mine);
    if (mine()) this.id = '';
  }

  /** All parts are there: the server reads the file. */
  async #read(path: string, { organization, mapping }: Place, mine: () => boolean): Promise<void> {
    try {
      await request(`${path}read/`, { method: 'POST', organization, body: mapping ? { mapping } : {} });
    } catch (fault) {
      if (mine()) this.error = asApiError(fault);
    }
  }
}

export const uploading = new Uploading();

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch {
    throw new ApiError(422, GONE);
  }
}

/** What this browser knows of the file of an upload. */
function remembered(id: string): Remembered {
  return new Map(kept()).get(id);
}

function remember(id: string, digest: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(withDigest(kept(), id, digest)));
  } catch {
    // Storage may be forbidden or full: such an upload begins anew after a reload.
  }
}

function kept(): [string, string][] {
  try {
    return digestsIn(localStorage.getItem(KEY));
  } catch {
    // As above.
    return [];
  }
}
