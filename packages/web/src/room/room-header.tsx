// The room's header: how long it will live, who is here, and the actions.

import type { RoomFacts } from '@mayfly/client';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { countdown } from './model/countdown.ts';
import type { Life } from './model/life.ts';
import type { People } from './model/people.ts';
import type { RoomView } from './model/room-view.ts';
import { roomTexts } from '../words/room.ts';
import { pieces } from '../words/sentence.ts';
import { Icon } from '../ui/icon.tsx';
import { LifeRing } from '../ui/life-ring.tsx';
import { Later } from './later.tsx';
import { panels } from './later-parts.ts';
import { trustPart } from './list/trust-loader.ts';
import { PlainHttpBadge } from '../ui/plain-http-badge.tsx';

type RoomHeaderProps = {
  readonly view: RoomView;
  readonly membersShown: boolean;
  readonly onMembers: () => void;
  readonly onInvite: () => void;
  /** Steps out without leaving the room. */
  readonly onBack: () => void;
  /** The *More* menu. */
  readonly children: ComponentChildren;
};

export function RoomHeader({ view, membersShown, onMembers, onInvite, onBack, children }: RoomHeaderProps) {
  const count = view.people.count.value;
  return (
    <header class={window.isSecureContext ? 'bar' : 'bar bar--unlocked'}>
      <button class="icon-button narrow-only" type="button" aria-label={roomTexts.back} onClick={onBack}>
        <Icon name="back" flip />
      </button>
      <LifeRing left={view.life.fraction.value} />
      <div class="bar__id">
        <div class="bar__code">
          <RoomName view={view} />
          <Badge view={view} />
        </div>
        <LifeLine life={view.life} />
      </div>
      <div class="bar__actions">
        <button
          class="btn"
          type="button"
          aria-expanded={membersShown}
          aria-label={roomTexts.people(count)}
          onClick={onMembers}
        >
          <MemberDots people={view.people} />
          <span class="narrow-only">
            <Icon name="people" />
          </span>
          <span class="num narrow-only">{count || ''}</span>
          <span class="num wide-only">{roomTexts.people(count)}</span>
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

function RoomName({ view }: { readonly view: RoomView }) {
  const { name, topic } = view.facts.value ?? {};
  return (
    <>
      {name === undefined ? (
        <h1 class="mono">{view.id}</h1>
      ) : (
        <>
          <h1 dir="auto">{name}</h1>
          <span class="bar__room mono wide-only">{view.id}</span>
        </>
      )}
      {topic !== undefined && (
        <span class="bar__topic wide-only" dir="auto">
          {topic}
        </span>
      )}
    </>
  );
}

/** A server that lies matters more than how its page came. */
function Badge({ view }: { readonly view: RoomView }) {
  const part = view.trouble.value?.server === true ? trustPart.loaded.value : undefined;
  if (part !== undefined) return <part.TrustBadge />;
  return window.isSecureContext ? <EncryptedBadge facts={view.facts} /> : <PlainHttpBadge />;
}

type FactsProps = { readonly facts: ReadonlySignal<RoomFacts | undefined> };

function EncryptedBadge({ facts }: FactsProps) {
  const [open, setOpen] = useState(false);
  return (
    <span class="wide-only">
      <button class="badge badge--button" type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="lock" />
        {roomTexts.encrypted}
      </button>
      {open && (
        <Later part={panels} onClose={() => setOpen(false)}>
          {({ EncryptedDialog }) => <EncryptedDialog facts={facts} onClose={() => setOpen(false)} />}
        </Later>
      )}
    </span>
  );
}

type LifeProps = { readonly life: Life };

/** The style sheet shows the longest that fits. */
const LIFE_WORDS = ['full', 'short', 'shortest'] as const;

/** In minutes, with seconds only near the end. */
function timeLeft(ms: number): string {
  return ms > COUNTED_DOWN_MS ? roomTexts.minutesLeft(ms) : countdown(ms);
}

const COUNTED_DOWN_MS = 5 * 60_000;

function LifeLine({ life }: LifeProps) {
  const left = life.leftMs.value;
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
      {life.isLow.value && life.canKeepAlive.value && (
        <button class="link-button life__keep-alive" type="button" onClick={() => life.keepAlive()}>
          {roomTexts.keepAlive}
        </button>
      )}
    </div>
  );
}

/** Announces the countdown, at a few marks only. */
export function SpokenLife({ life }: LifeProps) {
  const left = life.spokenMs.value;
  return (
    <p class="visually-hidden" role="status">
      {left !== undefined && roomTexts.lifeSoon(left)}
    </p>
  );
}

const DOTS_MAX = 4;

function MemberDots({ people }: { readonly people: People }) {
  return (
    <span class="member-dots" aria-hidden="true">
      {people.members.value.slice(0, DOTS_MAX).map((member) => (
        <i key={member.idPk} data-hue={people.hueOf(member)} />
      ))}
    </span>
  );
}
