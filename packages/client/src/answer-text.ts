// The text of a server's HTTP answer, up to a limit (BOUND-2).

import { CONTROL_BYTES_MAX, concat, decodeUtf8 } from '@mayfly/protocol';

/** Undefined for a longer answer than any honest one, whose rest isn't fetched, and for one that isn't text. */
export async function answerText({ body }: Pick<Response, 'body'>): Promise<string | undefined> {
  if (body === null) return '';
  const reader = body.getReader();
  let bytes: Uint8Array = new Uint8Array();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return decodeUtf8(bytes);
    bytes = concat(bytes, value);
    if (bytes.length <= CONTROL_BYTES_MAX) continue;
    await reader.cancel();
    return undefined;
  }
}
