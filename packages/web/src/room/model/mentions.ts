// Who is mentioned in a text: `@` and the longest name that is known, with a tag only that person. Nothing about it is on
// the wire: it follows from the text and from who is known.

import type { Person } from '@mayfly/client';
import { NAME_POINTS_MAX } from '@mayfly/protocol';
import { folded } from '../text/folded-text.ts';
import { shownText } from '../text/shown-text.ts';
import { shownName } from '../../words/room.ts';

/** From `start`, where the `@` is, up to `end`. Several people where the name is shared and no tag follows. */
export type Mention = { readonly start: number; readonly end: number; readonly people: readonly Person[] };

/** Someone who can be mentioned. */
type Named = Pick<Person, 'idPk' | 'name' | 'tag'>;
type Names = ReadonlyMap<string, readonly Person[]>;

/** More in one text are not looked for. */
const TRIES_MAX = 200;
/** A code point has at most two units. */
const NAME_UNITS_MAX = 2 * NAME_POINTS_MAX;

/** `ann@example` is an address, not a mention. */
const ADDRESS_BEFORE = /[\w@.+/-]$/u;
const TAG = /^·([1-9A-HJ-NP-Za-km-z]{4})(?![\p{L}\p{M}\p{N}_])/u;
const IN_WORD = /^[\p{L}\p{M}\p{N}_]/u;
/** Written without spaces, so a name may end where the next word begins. */
const UNSPACED = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Whether the text mentions `me`. `people`: everyone who is known. */
export function mentions(text: string, me: Person, people: readonly Person[]): boolean {
  const everyone = people.some(({ idPk }) => idPk === me.idPk) ? people : [...people, me];
  return mentionsIn(text, everyone).some((mention) => mention.people.some(({ idPk }) => idPk === me.idPk));
}

/** In order, and without overlaps. */
export function mentionsIn(text: string, people: readonly Person[]): readonly Mention[] {
  const found: Mention[] = [];
  let tries = 0;
  for (let at = text.indexOf('@'); at >= 0 && tries < TRIES_MAX; at = text.indexOf('@', at + 1)) {
    if (!opensMention(text, at)) continue;
    tries++;
    const mention = mentionAt(text, at, namesOf(people));
    if (mention === undefined) continue;
    found.push(mention);
    at = mention.end - 1;
  }
  return found;
}

/** Whether the `@` there can begin a mention. */
export function opensMention(text: string, at: number): boolean {
  return at === 0 || !ADDRESS_BEFORE.test(text.charAt(at - 1));
}

/** What the composer writes to mention someone. */
export function mentionOf({ name, tag }: Named, isShared: boolean): string {
  const shown = shownName(name);
  return isShared || shown.includes('·') ? `@${shown}·${tag}` : `@${shown}`;
}

/** A name as it is compared. */
export function foldedName(name: string): string {
  return folded(shownText(shownName(name)));
}

// The tag of someone wins over a longer name that imitates it.
function mentionAt(text: string, start: number, names: Names): Mention | undefined {
  let named: Mention | undefined;
  let tagged: Mention | undefined;
  let name = '';
  let end = start + 1;
  for (const character of text.slice(end, end + NAME_UNITS_MAX)) {
    name += folded(character);
    end += character.length;
    const people = names.get(name);
    if (people === undefined) continue;
    const tag = TAG.exec(text.slice(end, end + NAME_UNITS_MAX));
    if (tag !== null) tagged = taggedMention(people, start, end, tag) ?? tagged;
    else if (endsWord(text, end, character)) named = { start, end, people };
  }
  return tagged ?? named;
}

function taggedMention(
  people: readonly Person[],
  start: number,
  end: number,
  [written, tag]: RegExpExecArray,
): Mention | undefined {
  const meant = people.filter((person) => person.tag === tag);
  return meant.length === 0 ? undefined : { start, end: end + written.length, people: meant };
}

function endsWord(text: string, end: number, last: string): boolean {
  const next = text.slice(end, end + 2);
  return !IN_WORD.test(next) || !IN_WORD.test(last) || UNSPACED.test(last) || UNSPACED.test(next);
}

const known = new WeakMap<readonly Person[], Names>();

function namesOf(people: readonly Person[]): Names {
  const names = known.get(people) ?? groupedByName(people);
  known.set(people, names);
  return names;
}

function groupedByName(people: readonly Person[]): Names {
  const names = new Map<string, Person[]>();
  for (const person of people) {
    const name = foldedName(person.name);
    const others = names.get(name);
    if (others === undefined) names.set(name, [person]);
    else others.push(person);
  }
  names.delete('');
  return names;
}
