import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const SRC = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, SRC), 'utf8');

const sheets = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.css'))
  .sort();
/** What the page loads at first, and what comes with its later parts. */
const collections = ['style/index.css', ...sheets.filter((path) => path.endsWith('-part.css'))];

function importsOf(path: string): string[] {
  const folder = new URL(path, SRC);
  return [...read(path).matchAll(/@import '(\S+)' layer\((\w+)\);/g)].map(([, file = '']) =>
    new URL(file, folder).pathname.slice(SRC.pathname.length),
  );
}

describe('style sheets', () => {
  /** Looks that several parts share: no file has the markup to itself. */
  const SHARED = new Set(['badge', 'banner', 'button', 'card', 'named-text', 'note', 'single-card']);

  /** Two later parts draw it, and either may come first. */
  const OF_TWO_PARTS = ['ui/passphrase-field.css'];

  test('stand beside their part, and are loaded once, in a layer', () => {
    const loaded = collections.flatMap((path) => importsOf(path));
    const once = sheets.filter((path) => !collections.includes(path));
    expect(loaded.sort()).toEqual([...once, ...OF_TWO_PARTS].sort());
    for (const path of loaded.filter((path) => !path.startsWith('style/'))) {
      const name = path.replace(/^.*\/|\.css$/g, '');
      const beside = existsSync(new URL(path.replace(/css$/, 'tsx'), SRC));
      expect(beside || SHARED.has(name), path).toBe(true);
    }
  });

  test('use every class of the page, and no other', () => {
    const styled = new Set<string>();
    for (const path of sheets) {
      for (const [, selectors = ''] of read(path).matchAll(/([^{}]+)\{/g)) {
        for (const [, name = ''] of selectors
          .replaceAll(/\/\*.*?\*\/|@import[^;]*;/gs, '')
          .matchAll(/\.([a-z][\w-]*)/g))
          styled.add(name);
      }
    }
    const parts = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(?<!\.test)\.tsx?$/.test(path),
    );
    const source = [...parts.map(read), read('../index.html')].join('\n');
    const isNamed = (name: string) => new RegExp(String.raw`(?<![\w-])${name}(?![\w-])`).test(source);
    const isComposed = (name: string) => source.includes(name.replace(/(__|--)[a-z]+$/, '$1${'));
    expect([...styled].filter((name) => !isNamed(name) && !isComposed(name))).toEqual([]);
    const used = [...source.matchAll(/class="([^"]+)"/g)].flatMap(([, names = '']) => names.split(' '));
    expect(used.filter((name) => !styled.has(name))).toEqual([]);
  });
});

describe('tokens', () => {
  const tokens = read('style/tokens.css').replaceAll(/\/\*.*?\*\//gs, '');

  test('a color is said once for light and once for dark', () => {
    const [, root = ''] = /^:root \{(.*?)\n\}/ms.exec(tokens) ?? [];
    const colors = [...root.matchAll(/(--[\w-]+):([^;]*)/g)].filter(([, , value = '']) =>
      /#[0-9a-f]{3}|rgb\(/.test(value),
    );
    expect(colors.length).toBeGreaterThan(50);
    const twoSided = /^\s*var\(\s*--light,.*\)\s*var\(\s*--dark,.*\)\s*$/s;
    const oneSided = colors.filter(([, , value = '']) => !twoSided.test(value)).map(([, name]) => name);
    // White in both.
    expect(oneSided).toEqual(['--own-ink']);
  });

  test('dark is the same whether the system or the reader chose it', () => {
    const dark = [...tokens.matchAll(/\{([^{}]*--dark: initial;[^{}]*)\}/g)].map(([, block = '']) =>
      block.replaceAll(/\s+/g, ' '),
    );
    expect(dark).toHaveLength(2);
    expect(dark[0]).toBe(dark[1]);
  });
});

/** Values that the oldest browsers (docs/browsers.md) do not know: Chrome learned the first in 108, the second in 111. */
const TOO_NEW = /\d[dsl]v[hwbi]\b|color-mix\(/;

test.each(sheets)('%s: a value that the oldest browsers do not know follows one that they do', (path) => {
  const css = read(path).replaceAll(/\/\*.*?\*\//gs, '');
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
  const names = [
    ...sheets
      .map(read)
      .join('')
      .matchAll(/@keyframes (\S+)/g),
  ].map(([, name]) => name);
  expect(names).toEqual([...new Set(names)]);
});
