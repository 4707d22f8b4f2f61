import { describe, expect, test } from 'vitest';
import { costRatio } from '../../../../client/src/testing/cost.ts';
import { grammarOf } from './code-colors-loader.ts';
import { coloredCode } from './code-colors.ts';

const LANGUAGES = 'bash c cpp css diff go java javascript json python rust sql typescript xml yaml'.split(
  ' ',
);

/** Each is repeated. */
const HOSTILE = [
  '(',
  '{',
  '"',
  '/*',
  '<!--',
  '${`',
  '\\',
  '<a ',
  '- ',
  "'''",
  'a::<',
  '#',
  '@a(',
  'r#"',
  '\n\n',
];
const WHOLE = 8 * 1024;
/** For four times the code, and some noise. */
const SQUARE_MAX = 20;
/** For hangs. */
const HANG_MS = 120_000;

describe.each(LANGUAGES)('colors of %s', (grammar) => {
  test('lose nothing of the code', () => {
    const code = 'int f() { return "<a b=\'1\'>" + 2; } // x\n# y: - 3\n+ z\n';
    expect(
      coloredCode(grammar, code)
        ?.map(({ text }) => text)
        .join(''),
    ).toBe(code);
  });

  test(
    'cost no more than the square of its length, whatever it is',
    () => {
      for (const unit of HOSTILE) {
        const [part, whole] = [WHOLE / 4, WHOLE].map((length) =>
          unit.repeat(Math.floor(length / unit.length)),
        );
        const cost = costRatio(
          () => coloredCode(grammar, whole ?? ''),
          () => coloredCode(grammar, part ?? ''),
          SQUARE_MAX,
        );
        expect(cost, unit).toBeLessThanOrEqual(SQUARE_MAX);
      }
    },
    HANG_MS,
  );
});

test('the kinds of code', () => {
  expect(coloredCode('javascript', 'let a = "b"; // 5')?.filter(({ kind }) => kind)).toEqual([
    { text: 'let', kind: 'keyword' },
    { text: '"b"', kind: 'string' },
    { text: '// 5', kind: 'comment' },
  ]);
});

test('what is written behind a fence decides, and a length', () => {
  expect(grammarOf('JS', '')).toBe('javascript');
  expect(grammarOf('py', 'x'.repeat(8192))).toBe('python');
  expect(grammarOf('py', 'x'.repeat(8193))).toBeUndefined();
  expect(grammarOf('py', '\n'.repeat(200))).toBeUndefined();
  expect(grammarOf('', 'let a')).toBeUndefined();
  expect(grammarOf('brainfuck', '+')).toBeUndefined();
});
