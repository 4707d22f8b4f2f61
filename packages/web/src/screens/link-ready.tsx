// The room exists: its link, and the ways to send it.

import { makeLink, type RoomLink } from '@mayfly/client';
import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { LifeRing } from '../parts/life-ring.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { ScreenHeading } from '../parts/screen-heading.tsx';
import { ShareLink } from '../parts/share-link.tsx';
import { texts } from '../words/start.ts';

type LinkReadyProps = {
  readonly link: RoomLink;
  /** Undefined after a reload. */
  readonly lifeMs: number | undefined;
  readonly onJoin: () => void;
};

export function LinkReady({ link, lifeMs, onJoin }: LinkReadyProps) {
  const url = makeLink(window.location.origin, link.id, link.secret);
  return (
    <main class="solo">
      <section class="card card--wide">
        <div class="solo__head">
          <LifeRing left={1} large />
          <ScreenHeading title={texts.link.heading}>{texts.link.heading}</ScreenHeading>
          <p class="muted">{texts.link.lead(lifeMs)}</p>
        </div>
        <ShareLink url={url}>
          <QrButton url={url} />
        </ShareLink>
        <p class="note note--warn">
          <Icon name="gone" />
          <span>
            <b>{texts.link.warning}</b> {texts.link.warningDo}
          </span>
        </p>
        <button class="btn btn--pri btn--xl btn--wide" type="button" onClick={onJoin}>
          {texts.landing.joinRoom}
        </button>
      </section>
    </main>
  );
}

function QrButton({ url }: { readonly url: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button class="btn btn--sec" type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="qr" />
        {texts.link.qr}
      </button>
      {open && (
        <Dialog title={texts.link.qr} lead={texts.link.qrLead} onClose={() => setOpen(false)}>
          <QrCode text={url} label={texts.link.qrLabel} />
        </Dialog>
      )}
    </>
  );
}
