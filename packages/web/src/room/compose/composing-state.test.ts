import type { Member } from '@mayfly/client';
import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { Draft } from '../model/draft.ts';
import { People } from '../model/people.ts';
import { ComposingState } from './composing-state.ts';

function member(name: string): Member {
  return {
    idPk: name,
    name,
    tag: 'k3fa',
    colour: 0,
    emoji: [],
    you: false,
    owner: false,
    powers: 0,
    away: false,
    introduced: true,
  };
}

function composing(...names: readonly string[]) {
  const [draft, people] = [new Draft(), new People()];
  people.update(names.map(member), names.length, true);
  const state = new ComposingState({ draft, people, takesFiles: signal(false), attach: () => false });
  const type = (text: string) => {
    draft.text.value = text;
    state.look(text, text.length);
  };
  return { draft, state, type, offered: () => state.offers.value.map(({ insert }) => insert) };
}

test('names that begin like what is typed are offered, around the end and back', () => {
  const { state, type, offered } = composing('Bob', 'Bo', 'Ann');
  type('hi @b');
  expect(offered()).toEqual(['@Bob ', '@Bo ']);
  state.step(1);
  expect(state.chosen.value).toBe(1);
  state.step(1);
  state.step(-1);
  expect(state.chosen.value).toBe(1);
  type('hi @bob');
  expect([state.chosen.value, offered()]).toEqual([0, ['@Bob ']]);
});

test('a text that was sent or replaced has nothing to complete', () => {
  const { draft, type, offered } = composing('Bob');
  type('hello @Bob');
  draft.text.value = '';
  expect(offered()).toEqual([]);
  type('hello @B');
  draft.text.value = 'an earlier text';
  expect(offered()).toEqual([]);
});

test('what was closed stays closed until less of it is left', () => {
  const { state, type, offered } = composing('Bob');
  type('@B');
  state.close();
  type('@Bo');
  expect(offered()).toEqual([]);
  type('@');
  expect(offered()).toEqual(['@Bob ']);
});

test('a command, or the only name like it, needs no completing', () => {
  const { state, type } = composing('Bob', 'Bob B', 'Ann');
  const complete = (text: string) => {
    type(text);
    return state.isComplete;
  };
  expect(['/help', '@ann', '@Ann'].map(complete)).toEqual([true, true, true]);
  expect(['/hel', '@an', '@bob', '@x', ''].map(complete)).toEqual([false, false, false, false, false]);
});
