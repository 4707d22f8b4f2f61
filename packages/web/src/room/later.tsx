// What a later part draws, or why it can't.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { Dialog } from '../ui/dialog.tsx';
import { roomTexts } from '../words/room.ts';
import type { LaterPart } from './text/later-part.ts';

type LaterProps<T> = {
  readonly part: LaterPart<T>;
  readonly onClose: () => void;
  /** What can be done without the part. */
  readonly instead?: ComponentChildren;
  readonly children: (part: T) => ComponentChildren;
};

/** Nothing while it loads. */
export function Later<T>({ part, onClose, instead, children }: LaterProps<T>) {
  useLayoutEffect(() => part.want(), [part]);
  const loaded = part.loaded.value;
  if (loaded !== undefined) return <>{children(loaded)}</>;
  if (!part.isMissing.value) return null;
  // A dialog also closes because the part is there.
  const close = () => {
    if (part.loaded.peek() === undefined) onClose();
  };
  return (
    <Dialog title={roomTexts.partMissing} lead={roomTexts.partMissingLead} onClose={close}>
      <div class="actions">
        <button class="btn btn--primary" type="button" autofocus onClick={() => part.want()}>
          {roomTexts.tryAgain}
        </button>
        {instead}
      </div>
    </Dialog>
  );
}
