import { describe, expect, test } from 'vitest';
import { isProgram, linkDoubt } from './link-doubt.ts';
import { wholeLink } from './linkify.ts';

const doubt = (address: string, text?: string) => {
  const link = wholeLink(address);
  return link === undefined ? 'no link' : linkDoubt(link, text);
};

describe('TEXT-5: before it opens, the page asks about', () => {
  test.each([
    ['a host of mixed scripts', 'https://b\u0430nk.example/', undefined, 'imitating'],
    [
      'a host of another script under a Latin ending',
      'https://\u0430\u0440\u0440.com/',
      undefined,
      'imitating',
    ],
    ['a host in punycode', 'https://xn--bnk-6cd.example/', undefined, 'imitating'],
    ['a part of a host in punycode', 'https://login.xn--bnk-6cd.example/', undefined, 'imitating'],
    ['a program', 'https://a.example/setup.EXE', undefined, 'program'],
    ['a program, whatever follows', 'https://a.example/a.apk?v=1#x', undefined, 'program'],
    ['a program whose name is escaped', 'https://a.example/setup%2E%65xe', undefined, 'program'],
    ['a program behind dots and blanks', 'https://a.example/setup.exe.%20%2E', undefined, 'program'],
    ['a text of its own', 'https://a.example/', 'here', 'named'],
    ['the address of another site', 'https://evil.example/', 'https://bank.example/', 'named'],
    ['a mail address with a name', 'mailto:a@b.example', 'Ann', 'named'],
  ])('%s', (_what, address, text, why) => {
    expect(doubt(address, text)).toBe(why);
  });

  test.each([
    ['https://a.example/x.html', undefined],
    ['https://münchen.example/', undefined],
    ['https://a.example/x', 'https://a.example/x'],
    ['https://a.example/x', 'a.example/x'],
    ['https://exe.example/.exe/x', undefined],
    ['https://a.example/?q=a.exe', undefined],
    ['mailto:a@b.exe', undefined],
  ])('but not about %s', (address, text) => {
    expect(doubt(address, text)).toBeUndefined();
  });
});

describe('a file is taken for a program', () => {
  test.each([
    'setup.exe',
    'photo.jpg.EXE',
    'a.exe.',
    'a.exe  ',
    'a.exe\u3000. .',
    'a.ex\u200Be',
    'a.exe\u3164',
    `a.exe${'.'.repeat(60)}`,
  ])('by how %j is saved', (name) => {
    expect(isProgram(name)).toBe(true);
  });

  test.each(['exe', 'a.exe.txt', 'an exe', 'a.exe (copy)', ''])('but not %j', (name) => {
    expect(isProgram(name)).toBe(false);
  });
});
