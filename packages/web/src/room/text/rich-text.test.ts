import { describe, expect, test } from 'vitest';
import { mayHaveMarkdown } from './rich-text-loader.ts';
import type { Block, Inline } from './rich-nodes.ts';
import { blocksOf } from './rich-text.ts';

const drawn = (source: string) => (blocksOf(source) ?? []).map(drawnBlock).join('');

function drawnBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `<p>${drawnInlines(block.children)}</p>`;
    case 'quote':
      return `<quote>${block.children.map(drawnBlock).join('')}</quote>`;
    case 'list':
      return `<list ${block.start ?? '-'}>${block.items.map((item) => `<item>${item.map(drawnBlock).join('')}</item>`).join('')}</list>`;
    case 'code-block':
      return `<code-block ${block.language}>${block.text}</code-block>`;
  }
}

function drawnInlines(nodes: readonly Inline[]): string {
  return nodes.map(drawnInline).join('');
}

function drawnInline(node: Inline): string {
  switch (node.type) {
    case 'text':
    case 'named':
      return node.text;
    case 'code':
      return `<code>${node.text}</code>`;
    case 'link':
      return `<a>${node.before}${node.host}${node.after}</a>`;
    case 'named-link':
      return `<a ${node.link.href}>${drawnInlines(node.children)}</a>`;
    case 'bold':
    case 'italic':
    case 'struck':
    case 'spoiler':
      return `<${node.type}>${drawnInlines(node.children)}</${node.type}>`;
  }
}

describe('Markdown of a message', () => {
  test.each([
    ['**bold** and *italic*', '<p><bold>bold</bold> and <italic>italic</italic></p>'],
    ['***both***', '<p><italic><bold>both</bold></italic></p>'],
    ['~~struck~~', '<p><struck>struck</struck></p>'],
    ['a `b*c*` d', '<p>a <code>b*c*</code> d</p>'],
    ['one *two\nthree* four', '<p>one <italic>two\nthree</italic> four</p>'],
    ['||it was *him*||', '<p><spoiler>it was <italic>him</italic></spoiler></p>'],
    ['**a ||b|| c**', '<p><bold>a <spoiler>b</spoiler> c</bold></p>'],
    ['```js\nlet a = "*b*";\n\n  c\n```', '<code-block js>let a = "*b*";\n\n  c</code-block>'],
    ['before\n```\na\n```\nafter', '<p>before</p><code-block >a</code-block><p>after</p>'],
    [
      '> quoted\n> *twice*\nmy answer',
      '<quote><p>quoted\n<italic>twice</italic></p></quote><p>my answer</p>',
    ],
    ['- a\n- b\nend', '<list -><item><p>a</p></item><item><p>b</p></item></list><p>end</p>'],
    ['3. c\n4. d', '<list 3><item><p>c</p></item><item><p>d</p></item></list>'],
    ['- a\n  - b', '<list -><item><p>a</p><list -><item><p>b</p></item></list></item></list>'],
    [
      '> a\n1. b\n```\nc\n```',
      '<quote><p>a</p></quote><list 1><item><p>b</p></item></list><code-block >c</code-block>',
    ],
    ['- a\n> b', '<list -><item><p>a</p></item></list><quote><p>b</p></quote>'],
    ['*a*\n\n\nb', '<p><italic>a</italic></p><p>b</p>'],
    ['[here](https://a.example/x)', '<p><a https://a.example/x>here</a></p>'],
    ['[**b**](mailto:a@b.example)', '<p><a mailto:a@b.example><bold>b</bold></a></p>'],
    ['[https://a.example/](https://b.example/c)', '<p><a https://b.example/c>https://a.example/</a></p>'],
    [
      '[a [b](https://b.example/) c](https://c.example/)',
      '<p><a https://c.example/>a [b](https://b.example/) c</a></p>',
    ],
    ['*https://a.example/b*', '<p><italic><a>https://a.example/b</a></italic></p>'],
    ['*x* https://a.example/_b_*c*d', '<p><italic>x</italic> <a>https://a.example/_b_*c*d</a></p>'],
    ['||https://a.example/b||', '<p><spoiler><a>https://a.example/b</a></spoiler></p>'],
    ['*a* https://a.example/(b)', '<p><italic>a</italic> <a>https://a.example/(b)</a></p>'],
    ['[a](https://a.example/Mayfly_(insect))', '<p><a https://a.example/Mayfly_(insect)>a</a></p>'],
  ])('%j', (source, nodes) => {
    expect(mayHaveMarkdown(source)).toBe(true);
    expect(drawn(source)).toBe(nodes);
  });

  test.each([
    '# heading',
    'a | b\n--|--\n1 | 2',
    '![picture](https://a.example/b.png)',
    '<b>bold</b> &amp; &#42;',
    '__init__ snake_case _x_',
    '¯\\_(ツ)_/¯',
    '\\*a\\b',
    'config.py and v1.2 and www.a.example',
    '+ 1',
    '1) a',
    '* a',
    '-',
    '>_<',
    '5.',
    'a * b * c',
    'a || b || c',
    'title\n===',
    '---',
    '    indented',
    '[a]: https://a.example',
    '$x^2$',
    ':)',
  ])('leaves %j as typed', (source) => {
    const shown = drawn(source).replaceAll(/<\/?(?:p|a[^>]*)>/g, '');
    expect(shown === '' ? source : shown).toBe(source.trimStart());
  });

  test.each([
    '[a](javascript:alert(1))',
    '[a](data:text/html,x)',
    '[a](https://bank.example@evil.example/)',
    '[a](https://a.example "title")',
    '[a](<https://a.example>)',
    '[a\u200Fb](https://a.example/)',
    '[a](/x)',
    '[a]()',
  ])('%j is no link with a text of its own', (source) => {
    expect(JSON.stringify(blocksOf(source))).not.toContain('named-link');
    expect(
      drawn(source).replaceAll(/<[/\w][^>]*>/g, (tag) => (tag === '<https://a.example>' ? tag : '')),
    ).toBe(source);
  });

  test('TEXT-3: nothing in it reorders, in code neither', () => {
    expect(drawn('**a\u202Eb** `c\u2066d`\n```\ne\u202Ef\u0007\n```')).toBe(
      '<p><bold>ab</bold> <code>cd</code></p><code-block >ef\uFFFD</code-block>',
    );
  });

  test('a message is shown as its source where it nests too deep, has too many parts, or nothing to see', () => {
    expect(blocksOf(`${'> '.repeat(10)}a`)).toBeDefined();
    expect(blocksOf(`${'> '.repeat(25)}a`)).toBeUndefined();
    expect(blocksOf('> '.repeat(8000))).toBeUndefined();
    expect(blocksOf('`a` '.repeat(1900))).toBeDefined();
    expect(blocksOf('`a` '.repeat(2100))).toBeUndefined();
    expect(blocksOf('```\n```')).toBeUndefined();
  });
});
