// The owner's seat was given to this tab, or taken from it: the part for that does the rest.

import { useEffect } from 'preact/hooks';
import { ownerPart } from './later-parts.ts';
import type { RoomView } from './model/room-view.ts';

/** Shows nothing. */
export function SeatWatch({ view }: { readonly view: RoomView }) {
  const facts = view.facts.value;
  const isUnsettled = facts !== undefined && facts.owner !== facts.canEnd;
  const part = ownerPart.loaded.value;
  useEffect(() => {
    if (!isUnsettled) return;
    ownerPart.want();
    if (view.orders !== undefined) part?.settleSeat(view.orders);
  }, [facts, part]);
  return null;
}
