// When a message was written, by the clock of its sender.

import { clockTime } from '../../ui/clock-time.ts';
import { roomTexts } from '../../words/room.ts';
import type { Bubble } from '../model/turns.ts';

/** Nothing for a message that says it in a line of its own. */
export function SentAt({ bubble }: { readonly bubble: Bubble | undefined }) {
  if (bubble?.type !== 'message' || bubble.message.late) return null;
  const { at, clockOff } = bubble.message;
  return (
    <time dateTime={new Date(at).toISOString()} title={clockOff ? roomTexts.clockOff : undefined}>
      {clockOff && '~'}
      {clockTime(at)}
    </time>
  );
}
