import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkify } from './linkify.ts';

const linksOf = (text: string) => linkify(text).flatMap((part) => (part.type === 'link' ? [part.text] : []));

describe('linkify', () => {
  test.each([
    ['see https://example.org/a?b=c#d now', 'https://example.org/a?b=c#d'],
    ['HTTP://EXAMPLE.ORG', 'HTTP://EXAMPLE.ORG'],
    ['(https://example.org)', 'https://example.org'],
    ['https://en.wikipedia.org/wiki/Mayfly_(insect)', 'https://en.wikipedia.org/wiki/Mayfly_(insect)'],
    ['(see https://en.wikipedia.org/wiki/Mayfly_(insect))', 'https://en.wikipedia.org/wiki/Mayfly_(insect)'],
    ['really, https://example.org/x?!...', 'https://example.org/x'],
    ['http://192.168.1.5:5000/chat/k3F9ab#1abc', 'http://192.168.1.5:5000/chat/k3F9ab#1abc'],
    ['mailto:juno@example.org.', 'mailto:juno@example.org'],
    ['line one\nhttps://example.org\nline three', 'https://example.org'],
    ['"https://example.org/quoted"', 'https://example.org/quoted'],
  ])('finds the link in %j', (text, link) => {
    expect(linksOf(text)).toEqual([link]);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:https//x',
    'data:text/html,<b>x</b>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.org',
    'blob:nothing',
    'www.example.org',
    'xhttps://example.org',
    'https://',
    'mailto:',
    'mailto:nobody',
    'https://bank.example@evil.example/',
    'http://a:b@evil.example/',
  ])('leaves %j as text', (text) => {
    expect(linksOf(text)).toEqual([]);
  });

  test('whatever the text, nothing is lost and every link is http, https or mailto', () => {
    const pieces = fc.constantFrom(
      'https://',
      'http://',
      'mailto:',
      'javascript:',
      'a.b',
      '@',
      '(',
      ')',
      '.',
      ' ',
      '\n',
      '"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'grapheme' }))), (words) => {
        const text = words.join('');
        const parts = linkify(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const part of parts) {
          if (part.type === 'link') expect(part.href).toMatch(/^(?:https?:\/\/|mailto:)/);
        }
      }),
    );
  });
});
