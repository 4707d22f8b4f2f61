// What a server answers over HTTP, as far as it is worth reading (BOUND-2).

import { CONTROL_BYTES_MAX, concat, decodeUtf8 } from '@mayfly/protocol';

/** Undefined for more than any honest answer has, and for what is no text: the rest is not even fetched. */
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
