// Warns that the page came over plain HTTP, and explains what that means.

import { useState } from 'preact/hooks';
import { texts } from '../words/start.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

/** Renders nothing over HTTPS or on the server's own machine. */
export function PlainHttpBadge() {
  const [open, setOpen] = useState(false);
  if (window.isSecureContext) return null;
  return (
    <>
      <button
        class="badge badge--warn badge--button"
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="unlocked" />
        <span class="badge__words">{texts.plainHttp.badge}</span>
      </button>
      {open && (
        <Dialog title={texts.plainHttp.badge} lead={texts.plainHttp.explain} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
