import { expect, test } from 'vitest';
import { parseBasePath, withoutBase } from './base-path.ts';

test.each([
  ['', '/'],
  ['/', '/'],
  ['chat-app', '/chat-app/'],
  ['/chat-app', '/chat-app/'],
  ['chat-app/', '/chat-app/'],
  ['/chat-app/', '/chat-app/'],
  ['//chat-app//', '/chat-app/'],
  ['/tools/chat_2.0~a/', '/tools/chat_2.0~a/'],
])('%j means %s', (text, base) => {
  expect(parseBasePath(text)).toBe(base);
});

test.each([
  'https://chat.example/app',
  '/a b/',
  '/a/../b',
  '/./',
  '/a?b',
  '/a#b',
  '/ä/',
  '/a%20b/',
  '"/>',
  '/a\\b',
])('%j is refused', (text) => {
  expect(parseBasePath(text)).toBeUndefined();
});

test.each([
  ['/chat-app/', '/'],
  ['/chat-app', '/'],
  ['/chat-app?room=7Kq2mD', '/?room=7Kq2mD'],
  ['/chat-app/chat/7Kq2mD', '/chat/7Kq2mD'],
  ['//chat-app/chat/7Kq2mD', '/chat/7Kq2mD'],
  ['/chat-app//chat/7Kq2mD', '//chat/7Kq2mD'],
  ['/chat-app/chat-app/', '/chat-app/'],
  ['/chat-apps/', '/chat-apps/'],
  ['/healthz', '/healthz'],
  ['//chat/7Kq2mD', '//chat/7Kq2mD'],
  ['*', '*'],
])('under /chat-app/, %s is %s', (url, inside) => {
  expect(withoutBase(url, '/chat-app/')).toBe(inside);
});

test('with / nothing is removed', () => {
  for (const url of ['/', '//chat/x', '/chat-app/']) expect(withoutBase(url, '/')).toBe(url);
});
