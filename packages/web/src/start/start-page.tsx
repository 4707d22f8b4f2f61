// The frame of every screen outside a room: sky, wing, header, footer.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { basePath } from '../browser/base-path.ts';
import { pieces } from '../words/sentence.ts';
import { texts } from '../words/start.ts';
import { Mark } from '../ui/mark.tsx';
import { PlainHttpBadge } from '../ui/plain-http-badge.tsx';
import { ServerSees } from '../ui/server-sees.tsx';
import { ThemeButton } from '../ui/theme-button.tsx';
import { LaterWing } from './later-wing.tsx';

type StartPageProps = {
  /** The landing page places the wing behind its own cards. */
  readonly ownWing?: boolean;
  readonly onHome: () => void;
  readonly children: ComponentChildren;
};

export function StartPage({ ownWing = false, onHome, children }: StartPageProps) {
  return (
    <div class="start-page">
      {!ownWing && (
        <div class="wing-frame">
          <LaterWing kind="solo" />
        </div>
      )}
      <div class="start-page__body">
        <header class="top">
          <HomeLink onHome={onHome} />
          <nav aria-label={texts.site}>
            <PlainHttpBadge />
            <ThemeButton />
          </nav>
        </header>
        {children}
        <Foot />
      </div>
    </div>
  );
}

function HomeLink({ onHome }: { readonly onHome: () => void }) {
  return (
    <a
      class="logo"
      href={basePath()}
      aria-label={texts.home}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        onHome();
      }}
    >
      <Mark />
      {texts.brand}
    </a>
  );
}

function Foot() {
  const [open, setOpen] = useState(false);
  return (
    <footer class="footer">
      <span>{pieces(texts.foot.host, { host: <bdi>{window.location.host}</bdi> })}</span>
      <button class="link-button" type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {texts.foot.sees}
      </button>
      {open && <ServerSees onClose={() => setOpen(false)} />}
    </footer>
  );
}
