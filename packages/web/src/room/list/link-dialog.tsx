// Look before you leap: where a link really leads, before it opens.

import { useEffect } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { panelTexts } from '../../words/panels.ts';
import { askedLink } from './asked-link.ts';
import { placeOf } from './link.tsx';

function close(): void {
  askedLink.value = undefined;
}

export function LinkDialog() {
  useEffect(() => close, []);
  const asked = askedLink.value;
  if (asked === undefined) return null;
  const { link, doubt } = asked;
  return (
    <Dialog title={panelTexts.linkAsk} lead={panelTexts.linkDoubt[doubt]} onClose={close}>
      <p class="link-dialog__host" dir="ltr">
        {placeOf(link)}
      </p>
      <p class="link-dialog__address" dir="ltr">
        {link.before}
        {link.host}
        {link.after}
      </p>
      <div class="actions">
        <a
          class="btn btn--primary"
          href={link.href}
          target="_blank"
          rel="noopener noreferrer"
          onClick={close}
        >
          {panelTexts.linkOpen}
        </a>
        <button class="btn btn--secondary" type="button" autofocus onClick={close}>
          {panelTexts.linkStay}
        </button>
      </div>
    </Dialog>
  );
}
