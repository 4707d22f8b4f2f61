// What a command changed, as lines to show.

import type { CharterView, Person, RoomChange } from '@mayfly/client';
import { POWER } from '@mayfly/protocol';

/** `words`: a name or a topic. */
export type OrderLine =
  | { readonly what: 'closed' | 'opened' | 'fast' | 'unnamed' | 'noTopic' | 'abandoned' }
  | { readonly what: 'slow' | 'all' | 'none'; readonly ms: number }
  | { readonly what: 'named' | 'topic'; readonly words: string }
  | {
      readonly what: 'empowered' | 'changed' | 'disempowered' | 'seated' | 'unseated';
      readonly person: Person;
    }
  | { readonly what: 'handed'; readonly person: Person; readonly from: Person };

/** None if nothing that anyone sees is different. */
export function linesOf(change: RoomChange): readonly OrderLine[] {
  if ('closed' in change) return [{ what: change.closed ? 'closed' : 'opened' }];
  if ('slow' in change)
    return [change.slow > 0 ? { what: 'slow', ms: change.slow * 1000 } : { what: 'fast' }];
  if ('lifeMs' in change) return [{ what: change.history, ms: change.lifeMs }];
  const { before, after } = change;
  return [...wordLines(before, after), ...ownerLines(before, after), ...powerLines(before, after)];
}

function wordLines(before: CharterView, after: CharterView): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  if (before.name !== after.name)
    lines.push(after.name === undefined ? { what: 'unnamed' } : { what: 'named', words: after.name });
  if (before.topic !== after.topic)
    lines.push(after.topic === undefined ? { what: 'noTopic' } : { what: 'topic', words: after.topic });
  return lines;
}

function ownerLines(before: CharterView, after: CharterView): readonly OrderLine[] {
  const [had, has] = [ownersOf(before), ownersOf(after)];
  if (had.length > 0 && has.length === 0) return [{ what: 'abandoned' }];
  const [came, went] = [has.filter(isNotIn(had)), had.filter(isNotIn(has))];
  const [[person, ...others], [from, ...rest]] = [came, went];
  if (person && from && others.length + rest.length === 0) return [{ what: 'handed', person, from }];
  return [
    ...came.map((one): OrderLine => ({ what: 'seated', person: one })),
    ...went.map((one): OrderLine => ({ what: 'unseated', person: one })),
  ];
}

function isNotIn(all: readonly Person[]) {
  return (one: Person) => !all.some(({ idPk }) => idPk === one.idPk);
}

function powerLines(before: CharterView, after: CharterView): readonly OrderLine[] {
  const [had, has] = [masksOf(before), masksOf(after)];
  const people = new Map([...had, ...has].map(([idPk, { person }]) => [idPk, person]));
  return [...people].flatMap(([idPk, person]): readonly OrderLine[] => {
    const [then, now] = [had.get(idPk)?.mask ?? 0, has.get(idPk)?.mask ?? 0];
    if (then === now || ((then | now) & POWER.owner) !== 0) return [];
    return [{ what: then === 0 ? 'empowered' : now === 0 ? 'disempowered' : 'changed', person }];
  });
}

function ownersOf({ powers }: CharterView): readonly Person[] {
  return powers.filter(({ mask }) => (mask & POWER.owner) !== 0).map(({ person }) => person);
}

function masksOf({ powers }: CharterView): ReadonlyMap<string, CharterView['powers'][number]> {
  return new Map(powers.map((one) => [one.person.idPk, one]));
}
