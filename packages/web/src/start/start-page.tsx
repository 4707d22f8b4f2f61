// The frame of every screen outside a room: sky, wing, header, footer.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { background } from '../background.ts';
import { basePath } from '../browser/base-path.ts';
import { pieces } from '../words/sentence.ts';
import { texts } from '../words/start.ts';
import { ContactLink } from '../ui/contact-link.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Mark } from '../ui/mark.tsx';
import { PlainHttpBadge } from '../ui/plain-http-badge.tsx';
import { ThemeButton } from '../ui/theme-button.tsx';
import { LaterWing } from './later-wing.tsx';
import { serverLimits } from './server-limits.ts';

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

type SeesPart = typeof import('../ui/server-sees.tsx');

/** Loaded when someone asks; `missing` if the server didn't answer. */
const seesPart = signal<SeesPart | 'missing' | undefined>(undefined);

async function loadSees(): Promise<void> {
  try {
    seesPart.value = await import('../ui/server-sees.tsx');
  } catch {
    seesPart.value = 'missing';
  }
}

function Foot() {
  const [open, setOpen] = useState(false);
  const ask = () => {
    setOpen(true);
    background(loadSees());
  };
  return (
    <footer class="footer">
      <span>{pieces(texts.foot.host, { host: <bdi>{window.location.host}</bdi> })}</span>
      <button class="link-button" type="button" aria-haspopup="dialog" onClick={ask}>
        {texts.foot.sees}
      </button>
      <Contact />
      {open && <Sees onClose={() => setOpen(false)} />}
    </footer>
  );
}

function Contact() {
  const { abuseContact } = serverLimits.value;
  if (abuseContact === undefined) return null;
  return <span>{pieces(texts.foot.report, { contact: <ContactLink contact={abuseContact} /> })}</span>;
}

function Sees({ onClose }: { readonly onClose: () => void }) {
  const part = seesPart.value;
  if (part === undefined) return null;
  if (part !== 'missing') return <part.ServerSees onClose={onClose} />;
  const { heading, lead } = texts.unreachable;
  return <Dialog title={heading} lead={lead} onClose={onClose} />;
}
