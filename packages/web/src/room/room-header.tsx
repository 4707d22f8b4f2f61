// The room's header: how long it lives, who is here, and what can be done with it.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { countdown } from './model/countdown.ts';
import type { RoomView } from './model/room-view.ts';
import { roomTexts } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import { hueOf } from './list/author-name.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { LifeRing } from '../ui/life-ring.tsx';
import { SafetyCode } from './members.tsx';
import { PlainHttpBadge } from '../ui/plain-http-badge.tsx';

type ViewProps = { readonly view: RoomView };

type RoomHeaderProps = ViewProps & {
  readonly membersShown: boolean;
  readonly onMembers: () => void;
  readonly onInvite: () => void;
  /** Out of the room without leaving it. */
  readonly onBack: () => void;
  /** The *More* menu. */
  readonly children: ComponentChildren;
};

export function RoomHeader({ view, membersShown, onMembers, onInvite, onBack, children }: RoomHeaderProps) {
  return (
    <header class={window.isSecureContext ? 'bar' : 'bar bar--unlocked'}>
      <button class="icon-button narrow-only" type="button" aria-label={roomTexts.back} onClick={onBack}>
        <Icon name="back" flip />
      </button>
      <Ring view={view} />
      <div class="bar__id">
        <div class="bar__code">
          <h1 class="mono">{view.id}</h1>
          {window.isSecureContext ? <EncryptedBadge view={view} /> : <PlainHttpBadge />}
        </div>
        <LifeLine view={view} />
      </div>
      <div class="bar__actions">
        <button
          class="btn"
          type="button"
          aria-expanded={membersShown}
          aria-label={roomTexts.people(view.count.value)}
          onClick={onMembers}
        >
          <Pile view={view} />
          <span class="narrow-only">
            <Icon name="people" />
          </span>
          <span class="num narrow-only">{view.count.value || ''}</span>
          <span class="num wide-only">{roomTexts.people(view.count.value)}</span>
        </button>
        <button class="btn btn--secondary wide-only" type="button" onClick={onInvite}>
          <Icon name="invite" />
          {roomTexts.invite}
        </button>
        <button
          class="icon-button narrow-only"
          type="button"
          aria-label={roomTexts.invite}
          onClick={onInvite}
        >
          <Icon name="invite" />
        </button>
        {children}
      </div>
    </header>
  );
}

function EncryptedBadge({ view }: ViewProps) {
  const [open, setOpen] = useState(false);
  return (
    <span class="wide-only">
      <button class="badge badge--button" type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="lock" />
        {roomTexts.encrypted}
      </button>
      {open && (
        <Dialog title={roomTexts.encrypted} lead={roomTexts.encryptedLead} onClose={() => setOpen(false)}>
          <SafetyCode view={view} />
        </Dialog>
      )}
    </span>
  );
}

function Ring({ view }: ViewProps) {
  const left = view.lifeLeftMs.value;
  const life = view.facts.value?.lifeMs;
  return <LifeRing left={left === undefined || life === undefined ? 1 : Math.min(1, left / life)} />;
}

/** The style sheet shows the longest of them that fits. */
const LIFE_WORDS = ['full', 'short', 'shortest'] as const;

/** Seconds only count towards the end. */
function timeLeft(ms: number): string {
  return ms > COUNTED_DOWN_MS ? roomTexts.minutesLeft(ms) : countdown(ms);
}

const COUNTED_DOWN_MS = 5 * 60_000;

function LifeLine({ view }: ViewProps) {
  const left = view.lifeLeftMs.value;
  if (left === undefined) return <p class="life">{roomTexts.connecting}</p>;
  return (
    <div class="life">
      <span role="timer">
        {LIFE_WORDS.map((words) => (
          <span class={`life__${words}`} key={words}>
            {pieces(roomTexts.life[words], { time: <b>{timeLeft(left)}</b> })}
          </span>
        ))}
      </span>
      {view.lifeIsLow.value && view.canKeepAlive.value && (
        <button class="link-button life__keep-alive" type="button" onClick={() => view.keepAlive()}>
          {roomTexts.keepAlive}
        </button>
      )}
    </div>
  );
}

/** The countdown aloud, at its marks only. */
export function SpokenLife({ view }: ViewProps) {
  const left = view.spokenLifeMs.value;
  return (
    <p class="visually-hidden" role="status">
      {left !== undefined && roomTexts.lifeSoon(left)}
    </p>
  );
}

const PILED = 4;

function Pile({ view }: ViewProps) {
  return (
    <span class="member-dots" aria-hidden="true">
      {view.members.value.slice(0, PILED).map((member) => (
        <i key={member.idPk} data-hue={hueOf(member)} />
      ))}
    </span>
  );
}
