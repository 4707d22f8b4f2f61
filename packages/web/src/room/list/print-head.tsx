// How a printed conversation begins.

import { dateAndTime } from '../../ui/clock-time.ts';
import type { RoomView } from '../model/room-view.ts';
import { panelTexts } from '../../words/panels.ts';
import { roomTexts } from '../../words/room.ts';

/** Only on paper, where the screen's header would be in the way. */
export function PrintHead({ view }: { readonly view: RoomView }) {
  return (
    <div class="print-head">
      <p>{roomTexts.title(view.facts.value?.name ?? view.id, 0)}</p>
      <p>{panelTexts.printed(dateAndTime(view.now.minute.value))}</p>
    </div>
  );
}
