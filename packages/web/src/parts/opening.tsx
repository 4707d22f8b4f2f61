// What stands above the oldest message: where the room starts, or why it does not start here.

import type { RoomFacts } from '@mayfly/client';
import type { Opening as OpeningKind, RoomView } from '../room-view.ts';
import { roomTexts } from '../words/room.ts';
import { texts } from '../words/start.ts';
import { Icon } from './icon.tsx';
import { Mark } from './mark.tsx';
import { PlainHttpBadge } from './plain-http-badge.tsx';
import { CopyButton } from './share-link.tsx';

type OpeningProps = { readonly view: RoomView; readonly onInvite: () => void };

export function Opening({ view, onInvite }: OpeningProps) {
  const facts = view.facts.value;
  const kind = view.opening.value;
  if (facts === undefined || kind === undefined) return null;
  const alone = kind === 'first_here' || kind === 'alone_here';
  return (
    <li class={alone ? 'birth birth--alone' : 'birth'}>
      <Mark />
      <h2>{HEADINGS[kind]}</h2>
      <p>{leadOf(kind, facts)}</p>
      {alone && (
        <div class="row">
          <CopyButton text={view.link} primary={false} onRefused={onInvite} />
          <button class="btn btn--sec" type="button" onClick={onInvite}>
            <Icon name="qr" />
            {texts.link.qr}
          </button>
        </div>
      )}
      {!view.keyIsKept && (
        <p class="hint">
          <Icon name="alert" small />
          <span>{texts.link.inAddress}</span>
        </p>
      )}
      <span class="narrow-only">
        <PlainHttpBadge />
      </span>
    </li>
  );
}

const HEADINGS: Readonly<Record<OpeningKind, string>> = {
  first_here: roomTexts.firstHere,
  alone_here: roomTexts.aloneHere,
  start: roomTexts.start,
  joined_late: roomTexts.joinedLate,
  cut_off: roomTexts.cutOff,
};

function leadOf(kind: OpeningKind, facts: RoomFacts): string {
  switch (kind) {
    case 'first_here':
    case 'alone_here':
      return roomTexts.aloneLead(facts.lifeMs);
    case 'start':
      return roomTexts.startLead(facts.lifeMs);
    case 'joined_late':
      return roomTexts.joinedLateLead;
    case 'cut_off':
      return roomTexts.cutOffLead(facts.limits.historyMessages);
  }
}
