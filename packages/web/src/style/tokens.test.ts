import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** The declarations of the block that opens with this selector. */
function declarationsOf(selector: string): string[] {
  const start = css.indexOf(`${selector} {`);
  expect(start, selector).toBeGreaterThan(0);
  const block = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return block.split(';').map((line) => line.replaceAll(/\s+/g, ' ').trim());
}

test('dark is the same whether the system or the reader chose it', () => {
  const system = declarationsOf(":root:not([data-theme='light'])");
  expect(system.length).toBeGreaterThan(50);
  expect(declarationsOf(":root[data-theme='dark']")).toEqual(system);
});
