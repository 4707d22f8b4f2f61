// Links, and all that people paste instead of one.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BASE58, type RoomId, parseRoomId } from '@mayfly/protocol';
import { makeFragment, makeLink, parseRoomLink } from './link.ts';

const id = parseRoomId('k7Qm2x') as RoomId;
const secret = 'S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4';
const key = '1S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4G9';
const room = (host?: string) => ({ type: 'room', link: { id, secret }, host });

const base58 = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...BASE58), minLength: min, maxLength: max });

describe('LINK-1: a link is made', () => {
  test('of origin, id, flag, secret and checksum', () => {
    expect(makeLink('http://192.168.1.5:5000', id, secret)).toBe(`http://192.168.1.5:5000/chat/${id}#${key}`);
  });

  test('and read again, for any id and secret', () => {
    fc.assert(
      fc.property(base58(4, 32), base58(32, 32), (anyId, anySecret) => {
        const link = makeLink('https://example.org', parseRoomId(anyId) as RoomId, anySecret);
        const want = { type: 'room', link: { id: anyId, secret: anySecret }, host: 'example.org' };
        expect(parseRoomLink(link)).toEqual(want);
      }),
      { numRuns: 100, seed: 41 },
    );
  });
});

describe('LINK-4: what people paste', () => {
  test.each([
    [`https://example.org/chat/${id}#${key}`, 'example.org'],
    [`http://192.168.1.5:5000/chat/${id}#${key}`, '192.168.1.5:5000'],
    [`http://[fe80::1]:5000/chat/${id}#${key}`, '[fe80::1]:5000'],
    [`HTTPS://Example.ORG/chat/${id}#${key}`, 'example.org'],
    [`example.org/chat/${id}#${key}`, 'example.org'],
    [`https://example.org/base/path/chat/${id}#${key}`, 'example.org'],
    [`https://example.org/chat/${id}/#${key}`, 'example.org'],
    [`https://example.org/chat/${id}?utm=1#${key}`, 'example.org'],
    [`https://example.org/?room=${id}#${key}`, 'example.org'],
    [`https://example.org/?lang=de&room=${id}#${key}`, 'example.org'],
    [`/chat/${id}#${key}`, undefined],
    [`${id}#${key}`, undefined],
    [`  \n${id}#${key}\t `, undefined],
    [`<https://example.org/chat/${id}#${key}>`, 'example.org'],
    [`"https://example.org/chat/${id}#${key}".`, 'example.org'],
    [`**https://example.org/chat/${id}#${key}**`, 'example.org'],
    [`Come here: https://example.org/chat/${id}#${key}, will you?`, 'example.org'],
    [`see #1: (https://example.org/chat/${id}#${key})!`, 'example.org'],
    [`the code is ${id}#${key}…`, undefined],
    [`\u200Bhttps://example.org/chat/${id}#${key}\u200B`, 'example.org'],
  ])('%j', (text, host) => {
    expect(parseRoomLink(text)).toEqual(room(host));
  });

  test.each([
    [`https://example.org/chat/${id}`],
    [`https://example.org/chat/${id}#`],
    [`https://example.org/?room=${id}`],
    [`example.org/chat/${id}/`],
    [`${id}#`],
  ])('an address without its key: %j', (text) => {
    expect(parseRoomLink(text)).toEqual({ type: 'missing_key', id });
  });

  test.each([[id], [` ${id}. `]])('a bare code: %j', (text) => {
    expect(parseRoomLink(text)).toEqual({ type: 'bare_code', id });
  });

  test.each([
    [''],
    ['   '],
    ['...'],
    ['#'],
    [`#${key}`],
    [key],
    ['abc'],
    ['hello you'],
    ['what is #this'],
    ['https://example.org/'],
    ['https://example.org/about#team'],
    ['javascript:alert(1)'],
    ['0OIl#x'],
  ])('not a link: %j', (text) => {
    expect(parseRoomLink(text)).toEqual({ type: 'not_a_link' });
  });
});

describe('LINK-3: damage is told before any request', () => {
  test('every cut and every changed character', () => {
    for (let i = 0; i < key.length; i++) {
      if (i > 0)
        expect(parseRoomLink(`${id}#${key.slice(0, i)}`), `cut at ${i}`).toEqual({ type: 'damaged' });
      const other = key.charAt(i) === 'z' ? 'y' : 'z';
      const changed = key.slice(0, i) + other + key.slice(i + 1);
      expect(parseRoomLink(`${id}#${changed}`), `changed at ${i}`).toEqual({ type: 'damaged' });
    }
    expect(parseRoomLink(`${id}#${key}x`)).toEqual({ type: 'damaged' });
    expect(parseRoomLink(`${id}#${key.toLowerCase()}`)).toEqual({ type: 'damaged' });
  });

  test.each([
    [`https://example.org/chat/abc#${key}`],
    [`https://example.org/chat/0OIl0O#${key}`],
    [`https://example.org/chat/#${key}`],
    [`https://example.org/?room=#${key}`],
  ])('an address that lost its id: %j', (text) => {
    expect(parseRoomLink(text)).toEqual({ type: 'damaged' });
  });

  test.each([2, 3, 4, 5] as const)('LINK-5: a whole link of kind %d is another matter', (flag) => {
    const fragment = makeFragment(flag, secret);
    expect(parseRoomLink(`https://example.org/chat/${id}#${fragment}`)).toEqual({ type: 'newer_kind', flag });
  });

  test('a text far longer than any link is none', () => {
    expect(parseRoomLink(`${id}#${key}${' x'.repeat(2100)}`)).toEqual({ type: 'not_a_link' });
  });

  test('any text: one of the answers, never thrown', () => {
    const any = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('/', '?', '#', 'room=', '/chat/', '&', 'a', ' '), maxLength: 400 }),
    );
    fc.assert(
      fc.property(any, (text) => {
        expect(parseRoomLink(text).type).toMatch(/^[a-z_]+$/);
      }),
      { numRuns: 300, seed: 42 },
    );
  });
});
