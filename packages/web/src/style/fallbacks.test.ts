import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Values that the oldest browsers (docs/browsers.md) do not know: Chrome learned the first in 108, the second in 111. */
const TOO_NEW = /\d[dsl]v[hwbi]\b|color-mix\(/;

const sheets = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.css'));

test.each(sheets)('%s: a value that the oldest browsers do not know follows one that they do', (name) => {
  const css = readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
  for (const [, block = ''] of css.matchAll(/\{([^{}]*)\}/g)) {
    const known = new Set<string>();
    for (const declaration of block.split(';')) {
      const [property = '', value = ''] = declaration.split(/:(.*)/s).map((part) => part.trim());
      if (!TOO_NEW.test(value)) known.add(property);
      else expect(known, `${property}: ${value}`).toContain(property);
    }
  }
});

test('no two animations share a name: the last one would take the place of all', () => {
  const styles = sheets.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('');
  const names = [...styles.matchAll(/@keyframes (\S+)/g)].map(([, name]) => name);
  expect(names).toEqual([...new Set(names)]);
});
