import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, OPCODE, clientFrame, contentOffset } from './frames.ts';

function serverFrame(opcode: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(content.length < 126 ? 2 : content.length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = content.length < 126 ? content.length : content.length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(content.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(content.length), 2);
  return Buffer.concat([head, content]);
}

const frame = fc.record({
  opcode: fc.constantFrom(OPCODE.text, OPCODE.binary, OPCODE.ping, OPCODE.close),
  length: fc.oneof(fc.nat(5), fc.integer({ min: 120, max: 130 }), fc.constantFrom(65_535, 65_536)),
  first: fc.integer({ min: 1, max: 127 }),
});

describe('FrameReader', () => {
  test('however the stream is cut: the same frames, in order', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9_000 }))),
        (frames, cuts) => {
          const stream = Buffer.concat(
            frames.map(({ opcode, length, first }) => serverFrame(opcode, Buffer.alloc(length, first))),
          );
          const seen: { opcode: number; first: number; text?: string }[] = [];
          const reader: FrameReader = new FrameReader((opcode, first) => {
            seen.push({ opcode, first, ...(opcode === OPCODE.text && { text: reader.takeText() }) });
          });
          // One buffer for all reads, as the wires have it: nothing may be kept by reference.
          const shared = Buffer.alloc(9_000);
          for (let at = 0; at < stream.length;) {
            const length = stream.copy(shared, 0, at, at + Number(cuts.next().value));
            reader.feed(shared, length);
            at += length;
          }
          expect(seen).toEqual(
            frames.map(({ opcode, length, first }) => ({
              opcode,
              first: length === 0 ? -1 : first,
              ...(opcode === OPCODE.text && { text: String.fromCodePoint(first).repeat(length) }),
            })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('texts that no one asks for are not kept', () => {
    const reader = new FrameReader(() => {});
    reader.keepText = false;
    const bytes = serverFrame(OPCODE.text, Buffer.from('abc'));
    reader.feed(bytes, bytes.length);
    expect(reader.takeText()).toBe('');
  });
});

test('a client frame is masked, and its content stands as it is', () => {
  for (const length of [0, 125, 126, 16_447]) {
    const content = Buffer.alloc(length, 7);
    const bytes = clientFrame(OPCODE.binary, content);
    expect([bytes[0], (bytes[1] ?? 0) >>> 7]).toEqual([0x82, 1]);
    expect(bytes.subarray(contentOffset(bytes))).toEqual(content);
  }
});
