import { CONTROL_BYTES_MAX } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { answerText } from './answer-text.ts';

test('an answer is read whole; none at all is an empty text', async () => {
  expect(await answerText(new Response('{"id":"k7Qm2x"}'))).toBe('{"id":"k7Qm2x"}');
  expect(await answerText(new Response('x'.repeat(CONTROL_BYTES_MAX)))).toHaveLength(CONTROL_BYTES_MAX);
  expect(await answerText(new Response(null))).toBe('');
  expect(await answerText(new Response(Uint8Array.of(0xff)))).toBeUndefined();
});

test('BOUND-2: an endless answer is abandoned once it is longer than any honest one', async () => {
  let pulled = 0;
  let left = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (stream) => {
      pulled += 1;
      stream.enqueue(new Uint8Array(1024));
    },
    cancel: () => {
      left = true;
    },
  });
  expect(await answerText(new Response(endless))).toBeUndefined();
  expect(left).toBe(true);
  expect(pulled).toBeLessThan(8);
});
