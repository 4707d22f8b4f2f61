// Links, and all that people paste instead of one.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BASE58, type RoomId, parseRoomId } from '@mayfly/protocol';
import { parseRoomLink } from './find-link.ts';
import { makeFragment, makeLink } from './link.ts';

const id = parseRoomId('k7Qm2x') as RoomId;
const secret = 'S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4';
const key = '1S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4G9';
const room = (host?: string, path = '') => ({ type: 'room', link: { id, secret }, host, path });

const base58 = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...BASE58), minLength: min, maxLength: max });

describe('LINK-1: a link is made', () => {
  test('of origin, id, flag, secret and checksum', () => {
    expect(makeLink('http://192.168.1.5:5000', id, secret)).toBe(`http://192.168.1.5:5000/chat/${id}#${key}`);
  });

  test('of a server that runs under a path, with or without a slash at its end', () => {
    for (const server of ['https://example.org/chat-app', 'https://example.org/chat-app/'])
      expect(makeLink(server, id, secret)).toBe(`https://example.org/chat-app/chat/${id}#${key}`);
  });

  test('and read again, for any id and secret', () => {
    fc.assert(
      fc.property(base58(4, 32), base58(32, 32), (anyId, anySecret) => {
        const link = makeLink('https://example.org', parseRoomId(anyId) as RoomId, anySecret);
        const want = { type: 'room', link: { id: anyId, secret: anySecret }, host: 'example.org', path: '' };
        expect(parseRoomLink(link)).toEqual(want);
      }),
      { numRuns: 100, seed: 41 },
    );
  });
});

describe('LINK-4: pasted text', () => {
  test.each([
    [`https://example.org/chat/${id}#${key}`, 'example.org'],
    [`http://192.168.1.5:5000/chat/${id}#${key}`, '192.168.1.5:5000'],
    [`http://[fe80::1]:5000/chat/${id}#${key}`, '[fe80::1]:5000'],
    [`HTTPS://Example.ORG/chat/${id}#${key}`, 'example.org'],
    [`example.org/chat/${id}#${key}`, 'example.org'],
    [`https://example.org/base/path/chat/${id}#${key}`, 'example.org', '/base/path'],
    [`https://example.org/chat/chat/${id}#${key}`, 'example.org', '/chat'],
    [`https://example.org/chat/chat/chat/${id}/#${key}`, 'example.org', '/chat/chat'],
    [`https://example.org/chat/?room=${id}#${key}`, 'example.org', '/chat'],
    [`https://example.org/chat-app?lang=de&room=${id}#${key}`, 'example.org', '/chat-app'],
    [`https://example.org/chat-app//chat/${id}#${key}`, 'example.org', '/chat-app'],
    [`https://Example.org/Chat-App/chat/${id}#${key}`, 'example.org', '/Chat-App'],
    [`https://example.org/chat/\nchat/${id}#${key}`, 'example.org', '/chat'],
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
  ])('%j', (text, host, path = '') => {
    expect(parseRoomLink(text)).toEqual(room(host, path));
  });

  test('a room whose code reads like the path before codes', () => {
    const chat = parseRoomId('chat') ?? expect.unreachable();
    for (const end of ['', '/']) {
      const parsed = parseRoomLink(`https://example.org/chat/chat${end}#${key}`);
      expect(parsed).toEqual({ type: 'room', link: { id: chat, secret }, host: 'example.org', path: '' });
    }
  });

  const link = `https://example.org/chat/${id}#${key}`;
  const enc = encodeURIComponent;
  test.each([
    ['an escaped #', `https://example.org/chat/${id}%23${key}`],
    ['an escape escaped', `https://example.org/chat/${id}%2523${key}`],
    ['escaped three times', `https://example.org/chat/${id}%252523${key}`],
    ['a campaign behind the key', `${link}&utm_source=mail&utm_medium=x`],
    ['a query behind the key', `${link}?fbclid=IwAR0abc`],
    ['a slash behind the key', `${link}/`],
    ['a text fragment behind the key', `${link}:~:text=hello`],
    [
      'Safe Links',
      `https://eur01.safelinks.protection.outlook.com/?url=${enc(link)}&data=05%7C02%7C&sdata=a%2Bb%3D&reserved=0`,
    ],
    [
      'a search engine',
      `https://www.google.com/url?q=https://example.org/chat/${id}%23${key}&sa=D&source=calendar`,
    ],
    ['a search engine that escapes all', `https://www.google.com/url?q=${enc(link)}&usg=AOvVaw0`],
    [
      'a wrapper in a wrapper',
      `https://l.facebook.com/l.php?u=${enc(`https://www.google.com/url?q=${enc(link)}`)}&h=AT0`,
    ],
    ['Markdown', `[room](${link})`],
    ['Markdown of its own address', `[${link}](${link})`],
    ['Slack', `<${link}|room>`],
    ['HTML', `<a href="${link}">${link}</a>`],
    ['a line break in the key', `https://example.org/chat/${id}#${key.slice(0, 20)}\r\n${key.slice(20)}`],
    ['a line break in the code', `https://example.org/chat/${id.slice(0, 3)}\n${id.slice(3)}#${key}`],
    ['a quoted line break', `> https://example.org/chat/${id}#${key.slice(0, 9)}\n> ${key.slice(9)}`],
    ['a soft line break of mail', `https://example.org/chat/${id}#${key.slice(0, 9)}=\r\n${key.slice(9)}`],
    ['words on the next line', `${link}\nSee you`],
    ['soft hyphens', `https://example.org/chat/${id}#${key.slice(0, 9)}\u00AD${key.slice(9)}\u00AD`],
    ['an escaped soft hyphen', `https://example.org/chat/${id}%23${key.slice(0, 9)}%C2%AD${key.slice(9)}`],
    ['zero-width spaces', `https://example.org/\u200Bchat/\u200B${id}\u200B#${key}`],
    ['a wide #', `https://example.org/chat/${id}＃${key}`],
    ['a wide # escaped', `https://example.org/chat/${id}%EF%BC%83${key}`],
    ['a named #', `https://example.org/chat/${id}&#35;${key}`],
    ['a named # of HTML in HTML', `https://example.org/chat/${id}&amp;#x23;${key}`],
    ['Chinese around it', `房间：${link}，快来`],
    ['two slashes', `https://example.org//chat/${id}#${key}`],
    ['the same link twice', `${link} ${link}`],
    ['a code that is not next to its key', `https://example.org/chat/${id} and then #${key}`],
  ])('rewritten by another program: %s', (_how, text) => {
    expect(parseRoomLink(text)).toEqual(room('example.org'));
  });

  test('without a host: two slashes', () => {
    expect(parseRoomLink(`//chat/${id}#${key}`)).toEqual(room());
    expect(parseRoomLink(`/chat/${id}%23${key}`)).toEqual(room());
    expect(parseRoomLink(`${id}%23${key}`)).toEqual(room());
    expect(parseRoomLink(`房间：${id}#${key}，快来`)).toEqual(room());
  });

  test('the host of a wrapper is not the link’s', () => {
    const wrapped = `https://example.com/?u=${enc(link)}`;
    expect(parseRoomLink(wrapped)).toEqual(room('example.org'));
    expect(parseRoomLink(`see example.com: ${link}`)).toEqual(room('example.org'));
    expect(parseRoomLink(`https://example.com/?u=example.org/chat/${id}%23${key}`)).toEqual(
      room('example.org'),
    );
  });

  test('two different valid keys: there is no way to choose', () => {
    const other = makeLink('https://example.org', id, 'B'.repeat(32));
    expect(parseRoomLink(`${link} ${other}`)).toEqual({ type: 'several' });
    expect(parseRoomLink(`${link}&u=${enc(other)}`)).toEqual({ type: 'several' });
    expect(parseRoomLink(`https://example.org/chat/${id}#${key}#${other.split('#', 2)[1]}`)).toEqual({
      type: 'several',
    });
  });

  test('an invalid key is noise beside a valid one', () => {
    expect(parseRoomLink(`${link}#${'1'.repeat(35)}`)).toEqual(room('example.org'));
  });

  test('no more than 16 keys are checked', () => {
    const wrong = Array.from({ length: 16 }, (_, i) => `#${'1'.repeat(34)}${BASE58.charAt(i)}`).join('');
    expect(parseRoomLink(`/chat/${id}${wrong.slice(36)}#${key}`)).toEqual(room());
    expect(parseRoomLink(`/chat/${id}${wrong}#${key}`)).toEqual({ type: 'damaged' });
  });

  test.each([
    ['more letters behind the key', `${link}a`],
    ['an escape too many', `https://example.org/chat/${id}%25252523${key.slice(1)}`],
    ['a cut key that was escaped', `https://example.org/chat/${id}%23${key.slice(0, -2)}`],
  ])('damaged, or without a key: %s', (_how, text) => {
    expect(parseRoomLink(text).type).toMatch(/^(?:damaged|missing_key)$/);
  });

  test.each([
    [`https://example.org/chat/${id}`],
    [`https://example.org/chat/${id}#`],
    [`https://example.org/?room=${id}`],
    [`https://example.org/chat/chat/${id}`],
    [`https://example.org/chat/chat/${id}/`],
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

describe('LINK-3: damage is found before any request', () => {
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

  test('LINK-5: the flag says that the room needs a passphrase as well', () => {
    const link = makeLink('https://example.org', id, secret, 2);
    expect(link).toContain('#2');
    expect(parseRoomLink(link)).toMatchObject({ type: 'room', link: { id, secret, door: 2 } });
  });

  test.each([3, 4, 5] as const)('LINK-5: a whole link of kind %d is another matter', (flag) => {
    const fragment = makeFragment(flag, secret);
    expect(parseRoomLink(`https://example.org/chat/${id}#${fragment}`)).toEqual({ type: 'newer_kind', flag });
  });

  test('a text far longer than any link is not one', () => {
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
