import { type Presence, encodeServerControl, spellMember } from '@mayfly/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrames } from '../testing/frames.ts';
import {
  PING,
  encodeControl,
  encodeFrame,
  encodeFrames,
  encodePong,
  encodedLength,
  encodeSnapshot,
} from './frame.ts';

test('FRAME-3: a control frame reads as the protocol spells it, whatever its bytes', () => {
  const bytes = fc.uint8Array({ minLength: 8, maxLength: 40 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(), (slot, idPk, version) => {
      const presence: Presence = {
        type: 'presence',
        version,
        snapshot: true,
        joined: [
          { slot, idPk },
          { slot: idPk, idPk: slot },
        ],
        away: [slot.subarray(1)],
        left: [idPk],
        count: 1,
      };
      expect(encodeControl(presence)).toBe(encodeServerControl(presence));
      expect(encodeSnapshot(presence, presence.joined.map(spellMember))).toBe(encodeServerControl(presence));
    }),
  );
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('RFC 6455, 5.2', () => {
  test.each([
    ['text', 'Hi', '81024869'],
    ['text of several bytes a letter', 'é', '8102c3a9'],
    ['binary', Uint8Array.of(1, 2, 3), '8203010203'],
    ['nothing', '', '8100'],
  ])('%s', (_what, frame, bytes) => {
    expect(hex(encodeFrame(frame))).toBe(bytes);
  });

  test.each([
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
  ])('a length of %i', (length, header) => {
    const encoded = encodeFrame(new Uint8Array(length));
    expect(hex(encoded.subarray(0, header.length / 2))).toBe(header);
    expect(encoded).toHaveLength(header.length / 2 + length);
  });

  test('a ping is empty, a pong echoes the ping it answers', () => {
    expect(hex(PING)).toBe('8900');
    expect(hex(encodePong(Uint8Array.of(7, 8)))).toBe('8a020708');
  });
});

test('frames come back out as they went in, in order', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const binary = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.array(fc.oneof(text, binary), { maxLength: 8 }), (frames) => {
      const encoded = encodeFrames(frames);
      expect(decodeFrames(encoded)).toEqual(frames);
      expect(encoded).toHaveLength(frames.reduce((bytes, frame) => bytes + encodedLength(frame), 0));
    }),
  );
});
