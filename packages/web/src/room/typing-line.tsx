// Above the composer: who is typing. Its place is always there, so nothing moves, and it isn't read out.

import { composing } from './compose/composing-loader.ts';
import type { RoomView } from './model/room-view.ts';

export function TypingLine({ view: { typing, people } }: { readonly view: RoomView }) {
  const part = composing.loaded.value;
  const who = typing.value;
  return (
    <p class="typing" aria-live="off">
      {part !== undefined && who.length > 0 && (
        <span>
          <part.TypingPeople who={who} people={people} />
        </span>
      )}
    </p>
  );
}
