// Names of files as they are sent: what other people's pages and disks would take amiss is left out.

import { expect, test } from 'vitest';
import { fileNameFits } from '../content/file.ts';
import { cleanFileName } from './file-name.ts';

test.each([
  ['lake.jpg', 'lake.jpg'],
  ['../../etc/passwd', '....etcpasswd'],
  ['C:\\Windows\\system.ini', 'C:Windowssystem.ini'],
  ['photo\u202Egpj.exe', 'photogpj.exe'],
  ['a\u2066b\u2069.txt', 'ab.txt'],
  ['nul\0l.txt', 'null.txt'],
  ['two\nlines\u2028.txt', 'twolines.txt'],
  ['half \uD83D.txt', 'half .txt'],
  ['  .pdf  ', '.pdf'],
  ['', 'file'],
  ['\u202E/', 'file'],
  [`${'a'.repeat(10_000)}.tar`, `${'a'.repeat(196)}.tar`],
  [`${'🦋'.repeat(10_000)}.png`, `${'🦋'.repeat(49)}.png`],
  ['語'.repeat(10_000), '語'.repeat(66)],
])('BODY-4: %j is sent as %j', (name, sent) => {
  expect(cleanFileName(name)).toBe(sent);
  expect(fileNameFits(cleanFileName(name))).toBe(true);
});
