import { makeLink } from '@mayfly/client';
import { parseRoomId } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cleanAddress, dropRoomFromAddress, showRoomInAddress, showStartInAddress } from './address.ts';
import { keptLink } from './kept-link.ts';

const ORIGIN = 'https://chat.example';
const id = parseRoomId('k3F9ab') ?? expect.unreachable();
const link = { id, secret: 'A'.repeat(32) };
const WHOLE = makeLink('', id, link.secret);

/** A browser at an address: what is in its history, the last one shown. */
function browserAt(path: string, { stores = true, keepsKeys = false, base = '/' } = {}) {
  const kept = new Map<string, string>();
  const addresses = [path];
  const locate = () => new URL(addresses.at(-1) ?? '', ORIGIN);
  const go = (address: string, inPlace: boolean) => {
    if (inPlace) addresses.pop();
    addresses.push(address);
    vi.stubGlobal('location', locate());
  };
  vi.stubGlobal('location', locate());
  vi.stubGlobal('history', {
    pushState: (_: unknown, __: string, address: string) => go(address, false),
    replaceState: (_: unknown, __: string, address: string) => go(address, true),
  });
  vi.stubGlobal('document', {
    querySelector: (query: string) =>
      query === 'meta[name=mayfly-base]' ? { content: base } : keepsKeys ? {} : null,
  });
  vi.stubGlobal('window', {
    sessionStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => void (stores && kept.set(name, text)),
      removeItem: (name: string) => void kept.delete(name),
    },
  });
  return addresses;
}

beforeEach(() => vi.unstubAllGlobals());
afterEach(() => vi.unstubAllGlobals());

describe('a tab that keeps what it is given', () => {
  test('creating a room, or pasting its link, never puts the key into the address', () => {
    const addresses = browserAt('/');
    showRoomInAddress(link);
    expect(addresses).toEqual(['/', '/chat/k3F9ab']);
    expect(keptLink(id)).toEqual({ link, wasInAddress: false });
  });

  test('opening a link takes the key out of the address in place', () => {
    const addresses = browserAt(WHOLE);
    showRoomInAddress(link);
    expect(addresses).toEqual(['/chat/k3F9ab']);
    expect(keptLink(id)).toEqual({ link, wasInAddress: true });
  });

  test('after a reload it is still known that the history may have the key', () => {
    const addresses = browserAt(WHOLE);
    showRoomInAddress(link);
    showRoomInAddress(link);
    expect(addresses).toEqual(['/chat/k3F9ab']);
    expect(keptLink(id)?.wasInAddress).toBe(true);
  });

  test('what else stood behind the code goes too', () => {
    const addresses = browserAt('/chat/k3F9ab?utm_source=x#1damaged');
    showRoomInAddress(link);
    expect(addresses).toEqual(['/chat/k3F9ab']);
    expect(keptLink(id)?.wasInAddress).toBe(false);
  });

  test('HIDE_KEY=0: an opened link keeps its key in the address, a room made here gets none there', () => {
    const opened = browserAt(WHOLE, { keepsKeys: true });
    showRoomInAddress(link);
    expect(opened).toEqual([WHOLE]);
    const made = browserAt('/', { keepsKeys: true });
    showRoomInAddress(link);
    expect(made).toEqual(['/', '/chat/k3F9ab']);
  });
});

test('LINK-4: what other programs added to an opened link goes before anything is shown', () => {
  for (const opened of [`${WHOLE}&utm_source=x`, WHOLE.replace('#', '%23'), `${ORIGIN}/${WHOLE}`, WHOLE]) {
    const addresses = browserAt(opened);
    cleanAddress(link);
    expect(addresses).toEqual([WHOLE]);
  }
});

describe('a tab that keeps nothing: only the address brings the key through a reload', () => {
  test('opening a link keeps the key in the address', () => {
    const addresses = browserAt(WHOLE, { stores: false });
    showRoomInAddress(link);
    expect(addresses).toEqual([WHOLE]);
  });

  test('creating a room puts the key into the address', () => {
    const addresses = browserAt('/', { stores: false });
    showRoomInAddress(link);
    expect(addresses).toEqual(['/', WHOLE]);
  });
});

test('a room that is over leaves the address, another one stays', () => {
  const addresses = browserAt('/chat/k3F9ab');
  dropRoomFromAddress(id);
  expect(addresses).toEqual(['/']);
  const other = browserAt('/chat/7Kq2mD');
  dropRoomFromAddress(id);
  expect(other).toEqual(['/chat/7Kq2mD']);
});

test('the start page is one step further, unless it is here', () => {
  const addresses = browserAt('/chat/k3F9ab');
  showStartInAddress();
  showStartInAddress();
  expect(addresses).toEqual(['/chat/k3F9ab', '/']);
});

test.each(['/chat-app/', '/chat/'])('a server under %s: every address lies there', (base) => {
  const whole = makeLink(base, id, link.secret);
  const addresses = browserAt(base, { base });
  showStartInAddress();
  showRoomInAddress(link);
  dropRoomFromAddress(id);
  expect(addresses).toEqual([base, base]);
  showRoomInAddress(link);
  showStartInAddress();
  expect(addresses).toEqual([base, base, `${base}chat/k3F9ab`, base]);
  const opened = browserAt(`${whole}&utm_source=x`, { base, stores: false });
  cleanAddress(link);
  showRoomInAddress(link);
  expect(opened).toEqual([whole]);
});
