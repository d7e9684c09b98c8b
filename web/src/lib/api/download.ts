/** A download by fetch, because the API wants a header that a plain link cannot carry. */
import { apiBase } from './base';
import { failure } from './client';
import { Deadline } from './deadline';

/** An export lasts as long as it has rows; a server that sends nothing for this long has stopped. */
const SILENCE_MS = 60_000;

export interface Download {
  content: Blob;
  /** The server's name for the file, if it gave one. */
  name: string | undefined;
}

/** `progress` is called with the bytes of each piece. */
export async function download(
  path: string,
  organization: string,
  outer: AbortSignal,
  progress: (bytes: number) => void,
): Promise<Download> {
  const deadline = new Deadline(SILENCE_MS, outer);
  try {
    const response = await fetch(apiBase + path, {
      headers: { 'Org-Handle': organization },
      credentials: 'same-origin',
      signal: deadline.signal,
    });
    if (!response.ok || !response.body) throw await failure(response);
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, out) => {
          progress(chunk.byteLength);
          deadline.renew(SILENCE_MS);
          out.enqueue(chunk);
        },
      }),
    );
    const content = await new Response(counted).blob();
    return { content, name: /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] };
  } finally {
    deadline.over();
  }
}

/** Gives the file to the browser, which saves it or asks where to. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the blob after this call returns: its address is freed long after that.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
