import { apiBase } from './base';
import { failure } from './client';
import { ApiError } from './error';

export interface StreamMessage {
  event: string;
  data: string;
}

/**
 * Server-sent events read with fetch, because they need headers that EventSource cannot send.
 * Yields a message for each event, and an empty `comment` for each sign of life.
 */
export async function* follow(path: string, organization: string, signal: AbortSignal): AsyncGenerator<StreamMessage> {
  let response: Response;
  try {
    response = await fetch(apiBase + path, {
      headers: { Accept: 'text/event-stream', 'Org-Handle': organization },
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    });
  } catch (fault) {
    if (signal.aborted) return;
    throw new ApiError(0, fault instanceof Error ? fault.message : 'The stream does not answer.');
  }
  if (!response.ok) throw await failure(response);
  if (!response.body) throw new ApiError(0, 'The stream has no body.');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split('\n\n');
    held = blocks.pop() ?? '';
    for (const block of blocks) yield parse(block);
  }
}

function parse(block: string): StreamMessage {
  const message: StreamMessage = { event: 'comment', data: '' };
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') message.event = value;
    if (field === 'data') {
      message.data += value;
      if (message.event === 'comment') message.event = 'message';
    }
  }
  return message;
}
