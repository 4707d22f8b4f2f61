import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkify, type TextPart } from './linkify.ts';

const linksOf = (text: string) =>
  linkify(text).flatMap((part) => (part.type === 'link' ? [shownOf(part)] : []));
const shownOf = (part: TextPart) => (part.type === 'link' ? part.before + part.host + part.after : part.text);

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
    ["'https://example.org/quoted'", 'https://example.org/quoted'],
    ['‘https://example.org/quoted’, “x”', 'https://example.org/quoted'],
    ['“https://example.org”好', 'https://example.org'],
    ["https://example.org's page", 'https://example.org'],
    ["https://en.wikipedia.org/wiki/Devil's_advocate", "https://en.wikipedia.org/wiki/Devil's_advocate"],
    ['https://en.wikipedia.org/wiki/Devil’s_advocate.', 'https://en.wikipedia.org/wiki/Devil’s_advocate'],
    ['https://example.org/Name_', 'https://example.org/Name_'],
    ['https://example.org/a[1]=(b){c}', 'https://example.org/a[1]=(b){c}'],
    ['https://example.org/(', 'https://example.org/'],
    ['**https://example.org/x**', 'https://example.org/x'],
    ['https://example.com。谢谢', 'https://example.com'],
    ['房间：https://example.com/a，快来', 'https://example.com/a'],
    ['（https://example.com/a）', 'https://example.com/a'],
    ['「https://example.com/a」', 'https://example.com/a'],
    ['https://example.com！', 'https://example.com'],
    ['https://example.org\u200B', 'https://example.org'],
    ['http://[fe80::1]:5000/x', 'http://[fe80::1]:5000/x'],
    ['mailto:juno@example.org，谢谢', 'mailto:juno@example.org'],
    ['https://my_host.example:8443/?q=a,b;c', 'https://my_host.example:8443/?q=a,b;c'],
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
    'https://bank.example@evil.example:80/',
    'https:///example.org',
  ])('leaves %j as text', (text) => {
    expect(linksOf(text)).toEqual([]);
  });

  test('finds no more than 200 links, and loses nothing behind them', () => {
    const text = 'https://a.example '.repeat(201);
    expect(linksOf(text).length).toBe(200);
    expect(linkify(text).map(shownOf).join('')).toBe(text);
  });

  test('finds each of several links that no space divides', () => {
    expect(linksOf('https://a.example,https://b.example')).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  const HIDDEN =
    '\u0000\u00AD\u034F\u061C\u115F\u180E\u200B\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2066\u2067\u2068\u2069\u2800\u3164\uFE0F\uFEFF\u{E0065}';
  test.each(Array.from(HIDDEN))('TEXT-4: no link has %j in it', (hidden) => {
    for (const text of [`https://evil.example/${hidden}3pm.exe`, `https://evil.${hidden}example/a`])
      for (const link of linksOf(text)) expect(link).not.toContain(hidden);
    expect(linksOf(`https://evil.example/${hidden}3pm.exe`)).toEqual([]);
  });

  test('an override before a link is outside of it', () => {
    expect(linksOf('\u202Ehttps://evil.example/moc.knab//:sptth')).toEqual([
      'https://evil.example/moc.knab//:sptth',
    ]);
  });

  test.each([
    ['https://münchen.example/ä', 'https://münchen.example/ä'],
    ['https://日本語.example/', 'https://日本語.example/'],
    ['https://пример.рф/', 'https://пример.рф/'],
    ['https://הדוגמה.example', 'https://הדוגמה.example'],
    // A Cyrillic a in a Latin name; a name all of Cyrillic under a Latin ending; Greek.
    ['https://b\u0430nk.example/a', 'https://xn--bnk-6cd.example/a'],
    ['https://\u0430\u0440\u0440\u04CF\u0435.com', 'https://xn--80ak6aa92e.com'],
    ['https://\u03BFk.example', 'https://xn--k-rmb.example'],
    ['https://example.com谢谢', 'https://example.xn--com-mz0ja'],
    // Other spellings of letters, digits and numbers.
    ['https://ｅｘａｍｐｌｅ.org/', 'https://example.org/'],
    ['https://pa\u017F\u017F.example/', 'https://pass.example/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://2130706433:80/', 'http://127.0.0.1:80/'],
  ])('TEXT-4: the host of %s is shown as the browser will open it', (text, shown) => {
    expect(linksOf(text)).toEqual([shown]);
  });

  test('TEXT-4: what a link shows as its host is what its address has', () => {
    for (const part of linkify('https://B\u0430nk.example/ http://example.org:80/ https://0x7f.1')) {
      if (part.type === 'link') expect(new URL(part.href).hostname).toBe(part.host.toLowerCase());
    }
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
    const letter = fc.constantFrom(
      ..."aZ0-_~(){}[]'’«»*:/?#&=%\\",
      'ä',
      '。',
      '语',
      '\u202E',
      '\u0301',
      '🦋',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: letter, maxLength: 6 }))), (words) => {
        const text = words.join('');
        const parts = linkify(text);
        const spelled = parts.every((part) => part.type === 'text' || text.includes(shownOf(part)));
        if (spelled) expect(parts.map(shownOf).join('')).toBe(text);
        for (const part of parts) {
          if (part.type === 'link') expect(part.href).toMatch(/^(?:https?:\/\/|mailto:)/);
        }
      }),
      { numRuns: 2000, seed: 45 },
    );
  });
});
