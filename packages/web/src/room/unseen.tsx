// What a room has that no screen shows.

import { PrintHead } from './list/print-head.tsx';
import type { RoomView } from './model/room-view.ts';
import { SeatWatch } from './seat-watch.tsx';

export function Unseen(props: { readonly view: RoomView }) {
  return (
    <>
      <PrintHead {...props} />
      <SeatWatch {...props} />
    </>
  );
}
