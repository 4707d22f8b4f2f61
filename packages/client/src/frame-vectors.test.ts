// docs/vectors/frames.json: what strangers check their frames against is what we send and understand.

import { describe, expect, test } from 'vitest';
import frames from '../../../docs/vectors/frames.json' with { type: 'json' };
import { decodeFrame } from './testing/decode-frame.ts';
import { type FrameVector, type MisfitVector, makeFrameVectors, meaningOf } from './testing/frame-vectors.ts';

const made = makeFrameVectors();

function bytesOf(vector: FrameVector | MisfitVector): string | Uint8Array {
  return 'text' in vector ? vector.text : Uint8Array.from(Buffer.from(vector.hex, 'hex'));
}

test('the file is what `npm run vectors` makes', () => {
  expect(frames).toEqual(JSON.parse(JSON.stringify(made)));
});

describe('a frame means what the file says', () => {
  test.each([...made.session, ...made.more])('$name ($kind)', (vector) => {
    expect(vector.means).toBeTypeOf('object');
    expect(meaningOf(decodeFrame(vector.kind, bytesOf(vector)))).toEqual(vector.means);
  });
});

describe('misfits are refused', () => {
  test.each(made.misfits)('$rule: $name ($kind)', (vector) => {
    expect(decodeFrame(vector.kind, bytesOf(vector))).toBeUndefined();
  });
});
