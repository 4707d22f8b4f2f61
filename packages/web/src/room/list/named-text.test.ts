import type { Member } from '@mayfly/client';
import { expect, test } from 'vitest';
import { People } from '../model/people.ts';
import { ParsedTexts } from '../text/parsed-texts.ts';
import { drawnOf } from './named-text.ts';

function member(name: string, you = false): Member {
  return {
    idPk: name,
    name,
    tag: 'k3fa',
    colour: 0,
    emoji: [],
    you,
    owner: false,
    powers: 0,
    away: false,
    introduced: true,
  };
}

const ann = member('Ann', true);
const bob = member('Bob');
const people = new People();
people.update([ann, bob], 2, true);
const view = { texts: new ParsedTexts(), people };

const drawn = (text: string, from: Member | undefined = bob) =>
  drawnOf(view, { key: text, text, from })
    .parts.map((part) => {
      if (part.type === 'link') return `<${part.host}>`;
      return part.type === 'named' ? `[${part.look}: ${part.text}]` : part.text;
    })
    .join('');

test.each([
  ['hi @Ann and @bob!', 'hi [mention mention--me: @Ann] and [mention: @bob]!'],
  ['@Anna', '@Anna'],
  ['https://a.example/@Ann @Ann', '<a.example> [mention mention--me: @Ann]'],
  ['/me waves', '[actor: Bob] waves'],
  ['/me waves at @Ann', '[actor: Bob] waves at [mention mention--me: @Ann]'],
  ['/me', '/me'],
  [' /me waves', ' /me waves'],
  ['/nick waves', '/nick waves'],
])('%j is drawn as %j', (text, expected) => {
  expect(drawn(text)).toBe(expected);
});

test('someone who left keeps their mentions, and without an author nobody does anything', () => {
  people.update([ann], 1, true);
  expect(drawn('@Bob')).toBe('[mention: @Bob]');
  expect(drawnOf(view, { key: 'k', text: '/me waves' }).parts).toEqual([{ type: 'text', text: '/me waves' }]);
});
