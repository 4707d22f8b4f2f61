import { makeLink } from '@mayfly/client';
import { parseRoomId, type RoomId } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { pastedLink, routeOf } from './route.ts';

const ORIGIN = 'https://chat.example';
const SECRET = 'A'.repeat(32);
const id = roomId('k3F9ab');
const whole = makeLink(ORIGIN, id, SECRET);
const key = whole.slice(whole.indexOf('#'));

function roomId(text: string): RoomId {
  const parsed = parseRoomId(text);
  if (parsed === undefined) throw new Error(`${text} is no room id`);
  return parsed;
}

function at(address: string): ReturnType<typeof routeOf> {
  return routeOf(new URL(address, ORIGIN));
}

describe('an address', () => {
  test('of a room with its key leads to the invitation', () => {
    expect(at(whole)).toEqual({ to: 'invited', link: { id, secret: SECRET }, keySent: false });
  });

  test('of a room without its key says so', () => {
    expect(at('/chat/k3F9ab')).toEqual({ to: 'unusable', trouble: { why: 'missing_key', id } });
    expect(at('/chat/k3F9ab#')).toEqual({ to: 'unusable', trouble: { why: 'missing_key', id } });
  });

  const KEY = key.slice(1);
  const other = makeLink(ORIGIN, id, 'B'.repeat(32)).split('#', 2)[1];

  test.each([
    ['behind a campaign', `/chat/k3F9ab?utm_source=x${key}&utm_medium=y`, false],
    ['behind two slashes', `${ORIGIN}//chat/k3F9ab/${key}/`, false],
    ['in its path', `/chat/k3F9ab%23${KEY}`, true],
    ['in its path, escaped twice', `/chat/k3F9ab%2523${KEY}?utm_source=x`, true],
    ['in its query', `/chat/k3F9ab?x=%23${KEY}`, true],
    ['in its path and behind #', `/chat/k3F9ab%23${KEY}${key}`, true],
  ])(
    'LINK-4: of a room with its key %s leads to the invitation, and says whether the server got it',
    (_where, address, keySent) => {
      expect(at(address)).toEqual({ to: 'invited', link: { id, secret: SECRET }, keySent });
    },
  );

  test('LINK-4: with a damaged key that the server got says so', () => {
    const trouble = { why: 'damaged', keySent: true };
    expect(at(`/chat/k3F9ab%23${KEY.slice(1)}`)).toEqual({ to: 'unusable', trouble });
    expect(at(`/chat/k3F9ab%EF%BC%83${KEY.slice(1)}`)).toEqual({ to: 'unusable', trouble });
  });

  test('LINK-4: with two keys opens nothing', () => {
    expect(at(`${whole}#${other}`)).toEqual({ to: 'unusable', trouble: { why: 'several' } });
  });

  test('with a changed, shortened or lengthened key is damaged', () => {
    for (const spoiled of [whole.slice(0, -1), `${whole}A`, whole.replace('AAAA', 'AAAB')]) {
      expect(at(spoiled)).toEqual({ to: 'unusable', trouble: { why: 'damaged', keySent: false } });
    }
  });

  test('with an id that no room can have is damaged', () => {
    expect(at(`/chat/k3F0ab${key}`)).toEqual({ to: 'unusable', trouble: { why: 'damaged', keySent: false } });
  });

  test.each(['/', '/anything', '/chat', '/chats/k3F9ab', `/${key}`])('%s is the landing page', (address) => {
    expect(at(address)).toEqual({ to: 'landing', roomLink: '' });
  });

  test('with ?room= prefills the whole link where the key is there', () => {
    expect(at(`/?room=k3F9ab${key}`)).toEqual({ to: 'landing', roomLink: whole });
  });

  test('with ?room= shows what stands there where it is no whole link', () => {
    expect(at('/?room=k3F9ab')).toEqual({ to: 'landing', roomLink: 'k3F9ab' });
    expect(at('/?room=%3Cb%3E')).toEqual({ to: 'landing', roomLink: '<b>' });
  });
});

describe.each(['/chat-app/', '/chat/', '/a/b/'])('on a server under %s, an address', (base) => {
  const under = (path: string) => routeOf(new URL(base + path, ORIGIN), base);
  const link = { id, secret: SECRET };

  test('of a room leads to the invitation', () => {
    const invited = { to: 'invited', link, keySent: false };
    expect(under(`chat/k3F9ab${key}`)).toEqual(invited);
    expect(under(`/chat/k3F9ab/${key}`)).toEqual(invited);
    expect(under(`chat/k3F9ab%23${key.slice(1)}`)).toEqual({ ...invited, keySent: true });
    expect(under('chat/k3F9ab')).toEqual({ to: 'unusable', trouble: { why: 'missing_key', id } });
  });

  test('with ?room= prefills the whole link', () => {
    const roomLink = makeLink(ORIGIN + base, id, SECRET);
    expect(under(`?room=k3F9ab${key}`)).toEqual({ to: 'landing', roomLink });
  });

  test.each(['', 'anything', 'chat', 'chats/k3F9ab'])('%j is the landing page', (path) => {
    expect(under(path)).toEqual({ to: 'landing', roomLink: '' });
  });

  test('outside is the landing page', () => {
    expect(routeOf(new URL('/other/chat/k3F9ab', ORIGIN), base)).toEqual({ to: 'landing', roomLink: '' });
    expect(routeOf(new URL(base.slice(0, -1), ORIGIN), base)).toEqual({ to: 'landing', roomLink: '' });
  });
});

describe('a pasted text', () => {
  test('is taken as a link of this server, or as ID#key', () => {
    const link = { id, secret: SECRET };
    expect(pastedLink(` ${whole} `, 'chat.example')).toEqual({ ok: true, link });
    const under = makeLink(`${ORIGIN}/chat-app/`, id, SECRET);
    expect(pastedLink(under, 'chat.example', '/chat-app/')).toEqual({ ok: true, link });
    expect(pastedLink(`k3F9ab${key}`, 'chat.example')).toEqual({ ok: true, link });
  });

  test('of another server on the same host is elsewhere', () => {
    const elsewhere = { ok: false, trouble: 'elsewhere' };
    expect(pastedLink(whole, 'chat.example', '/chat-app/')).toEqual(elsewhere);
    expect(pastedLink(makeLink(`${ORIGIN}/other`, id, SECRET), 'chat.example', '/chat-app/')).toEqual(
      elsewhere,
    );
    expect(pastedLink(makeLink(`${ORIGIN}/chat-app`, id, SECRET), 'chat.example')).toEqual(elsewhere);
  });

  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['k3F9ab', 'bareCode'],
    [`${ORIGIN}/chat/k3F9ab`, 'missingKey'],
    [whole.slice(0, -2), 'damaged'],
    ['hello, how are you?', 'notALink'],
    [whole.replace('chat.example', 'other.example'), 'elsewhere'],
    [`${whole} ${makeLink(ORIGIN, id, 'B'.repeat(32))}`, 'several'],
  ])('%j is refused as %s', (text, trouble) => {
    expect(pastedLink(text, 'chat.example')).toEqual({ ok: false, trouble });
  });
});
