import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addedContender } from './added-contender.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayfly-contender-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function added(code: string) {
  const file = `${Math.random()}.mjs`;
  writeFileSync(join(folder, file), code);
  return addedContender(file, folder);
}

test('a file adds a contender: a program, a way into a room, and a message', async () => {
  const { name, program } = await added(
    `export default ({ passingOn }) => passingOn('another', new URL('./server.mjs', import.meta.url).href)`,
  );
  expect(name).toBe('another');
  expect(program.path).toMatch(/^file:.*\/server\.mjs$/);
});

test.each([
  ['no default export', 'export const contender = {}'],
  ['no function', 'export default {}'],
  ['no contender', `export default () => ({ name: 'half' })`],
])('a file with %s is refused', async (_what, code) => {
  await expect(added(code)).rejects.toThrow('exports no function by default that returns a contender');
});
