// Says that a room was left, and takes it back: for as long as the room is still open.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../words/start.ts';
import { focusHeading } from '../ui/screen-heading.tsx';

type LeftRoomProps = { readonly id: string | undefined; readonly onUndo: () => void };

/** The region stays, so that a screen reader hears what appears in it. */
export function LeftRoom({ id, onUndo }: LeftRoomProps) {
  return (
    <div class="left-room" role="status">
      {id !== undefined && <Words key={id} id={id} onUndo={onUndo} />}
    </div>
  );
}

function Words({ id, onUndo }: { readonly id: string; readonly onUndo: () => void }) {
  const undo = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const button = undo.current;
    // Ten seconds are short for whoever uses the keyboard.
    button?.focus();
    return () => {
      if (document.activeElement === button) focusHeading();
    };
  }, []);
  return (
    <div class="banner">
      <p>{texts.leftRoom(id)}</p>
      <button class="btn btn--secondary" type="button" ref={undo} onClick={onUndo}>
        {texts.undo}
      </button>
    </div>
  );
}
