// What leaving would lose. If there is anything, the page asks first.

import type { RoomView } from './model/room-view.ts';

export type Loss = 'unsent' | 'owner' | 'alone';

export function lossesOf(view: RoomView): readonly Loss[] {
  const losses: readonly (Loss | false)[] = [
    unsentOf(view) > 0 && 'unsent',
    view.facts.value?.owner === true && 'owner',
    view.people.count.value <= 1 && 'alone',
  ];
  return losses.filter((loss) => loss !== false);
}

/** Messages and files that are not out yet. */
export function unsentOf({ draft, unsentFiles }: RoomView): number {
  return draft.unsent.value + unsentFiles.value;
}
