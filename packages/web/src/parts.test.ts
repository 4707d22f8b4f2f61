import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const parts = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.tsx'),
);

/** What a component leaves to the models and to the files of `browser`. */
const NOT_FOR_PARTS =
  /\b(?:setTimeout|setInterval|requestAnimationFrame|WebSocket|fetch|crypto|sessionStorage|tabStorage|AbortSignal)\b/;

test.each(parts)('%s touches no socket, key, storage or timer', (path) => {
  const source = readFileSync(`${import.meta.dirname}/${path}`, 'utf8').replaceAll(
    /\/\*.*?\*\/|(?<!:)\/\/[^\n]*$/gms,
    '',
  );
  expect(source).not.toMatch(NOT_FOR_PARTS);
  expect(source, 'only types of the SDK').not.toMatch(/^import (?!type\b)[^;]*from '@mayfly\/client'/m);
});
