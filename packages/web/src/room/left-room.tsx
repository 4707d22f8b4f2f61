// Reports that a room was left and offers *Undo* while that is possible.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../words/start.ts';
import { focusHeading } from '../ui/screen-heading.tsx';

type LeftRoomProps = { readonly id: string | undefined; readonly onUndo: () => void };

/** Always rendered: a screen reader only announces changes to a region it already knows. */
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
    // Ten seconds are short for people who use the keyboard.
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
