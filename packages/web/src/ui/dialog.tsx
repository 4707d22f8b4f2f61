// A modal dialog: a centered card or a bottom sheet. The browser traps the focus and restores it.

import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../words/start.ts';
import { Icon } from './icon.tsx';

type DialogProps = {
  readonly title: ComponentChildren;
  /** Below the title. */
  readonly lead?: ComponentChildren;
  /** On Esc, the cross, or a press outside. The parent then stops rendering the dialog. */
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
};

/** Open while it is rendered. The focus starts on the child with `autofocus`, otherwise on the cross. */
export function Dialog({ title, lead, onClose, children }: DialogProps) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={({ currentTarget }) => {
        // Told a frame late: by then this dialog may be gone, and the parent may show another one.
        if (currentTarget.isConnected) onClose();
      }}
      onClick={(event) => {
        if (isBeside(event.currentTarget, event)) onClose();
      }}
    >
      <div class="dialog__head">
        <h2 id={titleId}>{title}</h2>
        <button class="icon-button" type="button" aria-label={texts.close} onClick={onClose}>
          <Icon name="x" />
        </button>
        {lead !== undefined && <p>{lead}</p>}
      </div>
      {children}
    </dialog>
  );
}

function isBeside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  if (event.target !== dialog) return false;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left &&
    event.clientX <= box.right &&
    event.clientY >= box.top &&
    event.clientY <= box.bottom;
  return !inside;
}
