/** A part of a file as the body of a request. By XMLHttpRequest: fetch does not tell how much has gone. */
import { apiBase } from './base';
import { failure } from './client';
import { Deadline } from './deadline';
import { ApiError } from './error';

/** A part lasts as long as the line is slow; where nothing moves for this long, it has broken. */
const SILENCE_MS = 60_000;

/** `progress` is called with the bytes that have gone so far. Throws `ApiError`. */
export async function uploadPart(
  path: string,
  organization: string,
  content: ArrayBuffer,
  outer: AbortSignal,
  progress: (bytes: number) => void,
): Promise<void> {
  const deadline = new Deadline(SILENCE_MS, outer);
  try {
    const response = await sent(path, organization, content, deadline, progress);
    if (!response.ok) throw await failure(response);
  } finally {
    deadline.over();
  }
}

function sent(
  path: string,
  organization: string,
  content: ArrayBuffer,
  deadline: Deadline,
  progress: (bytes: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const broken = () => reject(new ApiError(0, 'The server does not answer.'));
    request.open('PUT', apiBase + path);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Org-Handle', organization);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => {
      deadline.renew(SILENCE_MS);
      progress(loaded);
    };
    request.onload = () => {
      const after = request.getResponseHeader('Retry-After');
      const headers = new Headers(after ? { 'Retry-After': after } : {});
      resolve(new Response(request.responseText || null, { status: request.status, headers }));
    };
    request.onerror = broken;
    request.onabort = broken;
    deadline.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(content);
  });
}
