// A room that was created here and is still empty: its link, and the ways to share it.

import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { RoomView } from '../model/room-view.ts';
import { createdTexts } from '../../words/created.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import { inviteWarning, sharingTexts } from '../../words/sharing.ts';
import { Icon } from '../../ui/icon.tsx';
import { Mark } from '../../ui/mark.tsx';
import { PlainHttpBadge } from '../../ui/plain-http-badge.tsx';
import { ShareLink } from '../../ui/share-link.tsx';
import { LaterPassphrase } from './later-passphrase.tsx';

type RoomCreatedProps = {
  readonly view: RoomView;
  readonly onQr: () => void;
  readonly onRename: () => void;
};

/** Fills the middle of the room until someone joins or writes. */
export function RoomCreated({ view, onQr, onRename }: RoomCreatedProps) {
  const headingId = useId();
  const card = useFocusPassedOn();
  const life = view.facts.value?.lifeMs;
  return (
    <li class="room-start room-start--created">
      <section class="card created-card" aria-labelledby={headingId} ref={card}>
        <div class="created-card__head">
          <Mark />
          <h2 id={headingId}>{createdTexts.created}</h2>
          <p>
            {createdTexts.lead} {life !== undefined && createdTexts.life(life)}
          </p>
        </div>
        <ShareLink
          url={view.link.url}
          primary={view.link.isNew ? 'focused' : true}
          keyIsKept={view.link.keyIsKept}
        >
          <button class="btn btn--secondary" type="button" aria-haspopup="dialog" onClick={onQr}>
            <Icon name="qr" />
            {sharingTexts.qr}
          </button>
        </ShareLink>
        <LaterPassphrase link={view.link} />
        <p class="note note--warn">
          <Icon name="gone" />
          <span>
            <b>{inviteWarning(view.link.room)}</b> {createdTexts.warning}
          </span>
        </p>
        <YourName view={view} onRename={onRename} />
        <span class="narrow-only">
          <PlainHttpBadge />
        </span>
      </section>
    </li>
  );
}

function YourName({ view, onRename }: Omit<RoomCreatedProps, 'onQr'>) {
  const you = view.people.you.value;
  return (
    <p class="created-card__name">
      {you !== undefined && (
        <>
          <span>
            {createdTexts.yourName} <b dir="auto">{shownName(you.name)}</b>
          </span>
          <button class="link-button" type="button" onClick={onRename}>
            {roomTexts.rename}
          </button>
        </>
      )}
    </p>
  );
}

/** Moves the focus to the composer if it was in the card when the card goes. */
function useFocusPassedOn() {
  const card = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const shown = card.current;
    return () => {
      if (shown?.contains(document.activeElement) !== true) return;
      document.querySelector<HTMLElement>('.composer__text')?.focus({ preventScroll: true });
    };
  }, []);
  return card;
}
