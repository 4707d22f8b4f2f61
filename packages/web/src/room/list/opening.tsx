// The head of the list: the link of a new room, the start of the room, or why earlier messages are missing.

import type { RoomFacts } from '@mayfly/client';
import { useEffect } from 'preact/hooks';
import { MESSAGES_MAX, type Opening as OpeningKind, type RoomView } from '../model/room-view.ts';
import { roomTexts } from '../../words/room.ts';
import { Icon } from '../../ui/icon.tsx';
import { Mark } from '../../ui/mark.tsx';
import { PlainHttpBadge } from '../../ui/plain-http-badge.tsx';
import { createdCard } from './created-card.ts';

export type OpeningActions = {
  readonly onInvite: () => void;
  readonly onQr: () => void;
  readonly onRename: () => void;
};

type OpeningProps = OpeningActions & { readonly view: RoomView };

export function Opening({ view, onInvite, onQr, onRename }: OpeningProps) {
  const kind = view.opening.value;
  if (kind === 'created') return <Created view={view} onQr={onQr} onRename={onRename} />;
  const facts = view.facts.value;
  if (facts === undefined || kind === undefined) return null;
  const [heading, lead] = wordsOf(kind, facts);
  return (
    <li class={kind === 'alone_here' ? 'room-start room-start--alone' : 'room-start'}>
      <Mark />
      <h2>{heading}</h2>
      {facts.topic !== undefined && (
        <p class="room-start__topic" dir="auto">
          {facts.topic}
        </p>
      )}
      <p>{lead}</p>
      {kind === 'alone_here' && <Alone url={view.link.url} onInvite={onInvite} onQr={onQr} />}
      {!view.link.keyIsKept && (
        <p class="hint">
          <Icon name="alert" small /> {roomTexts.inAddress}
        </p>
      )}
      <span class="narrow-only">
        <PlainHttpBadge />
      </span>
    </li>
  );
}

/** Its part was loaded while the room was being created. */
function Created(props: Omit<OpeningProps, 'onInvite'>) {
  useEffect(() => createdCard.want(), []);
  const part = createdCard.loaded.value;
  return part === undefined ? null : <part.RoomCreated {...props} />;
}

type AloneProps = Pick<OpeningActions, 'onInvite' | 'onQr'> & { readonly url: string };

/** Once its part is there; the header has the same. */
function Alone(props: AloneProps) {
  useEffect(() => createdCard.want(), []);
  const part = createdCard.loaded.value;
  return part === undefined ? null : <part.AloneLink {...props} />;
}

type Plain = Exclude<OpeningKind, 'created'>;

function wordsOf(kind: Plain, { lifeMs, limits }: RoomFacts): readonly [heading: string, lead: string] {
  switch (kind) {
    case 'alone_here':
      return [roomTexts.aloneHere, roomTexts.aloneLead(lifeMs)];
    case 'start':
      return [roomTexts.start, roomTexts.startLead(limits.historyMessages, lifeMs)];
    case 'joined_late':
      return [roomTexts.joinedLate, roomTexts.joinedLateLead];
    case 'dropped':
      return [roomTexts.dropped, roomTexts.droppedLead(MESSAGES_MAX)];
    case 'cut_off':
      return [roomTexts.cutOff, roomTexts.cutOffLead(limits.historyMessages)];
  }
}
