// A turn: consecutive messages by one person.

import type { Person } from '@mayfly/client';
import { Component } from 'preact';
import { useState } from 'preact/hooks';
import { filesPart } from '../files/files-loader.ts';
import type { RoomView } from '../model/room-view.ts';
import { type Bubble, type Turn, timedBubble } from '../model/turns.ts';
import { figure, formFor } from '../../words/quantities.ts';
import { roomTexts } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import { AuthorName, Avatar } from './author-name.tsx';
import { MessageBubble } from './message.tsx';
import { SentAt } from './sent-at.tsx';

type TurnProps = { readonly turn: Turn; readonly view: RoomView };

/** Renders again only when its turn changes. */
export class TurnRow extends Component<TurnProps> {
  override shouldComponentUpdate(next: TurnProps): boolean {
    return next.turn !== this.props.turn;
  }

  override render({ turn, view }: TurnProps) {
    return turn.person === undefined ? (
      <OwnTurn turn={turn} view={view} />
    ) : (
      <OthersTurn turn={turn} view={view} />
    );
  }
}

function OthersTurn({ turn, view }: TurnProps) {
  const { person } = turn;
  const [isUnfolded, setUnfolded] = useState(false);
  if (person === undefined) return null;
  if (!isUnfolded && view.isMuted(person))
    return <FoldedTurn turn={turn} view={view} person={person} onUnfold={() => setUnfolded(true)} />;
  return (
    <li class="turn" data-hue={view.people.hueOf(person)}>
      <Avatar person={person} people={view.people} />
      <div class="turn__messages">
        <p class="turn__head">
          <AuthorName person={person} people={view.people} />
          <SentAt bubble={timedBubble(turn.bubbles)} />
        </p>
        <Bubbles turn={turn} view={view} />
      </div>
    </li>
  );
}

type FoldedTurnProps = TurnProps & { readonly person: Person; readonly onUnfold: () => void };

/** Of someone who is muted: nothing of it is read out. */
function FoldedTurn({ turn, view, person, onUnfold }: FoldedTurnProps) {
  const count = turn.bubbles.length;
  const name = <AuthorName person={person} people={view.people} />;
  return (
    <li class="notice" aria-live="off">
      <span>
        {pieces(formFor(count, roomTexts.folded), { name, count: figure(count) })}{' '}
        <button class="link-button" type="button" onClick={onUnfold}>
          {roomTexts.unfold}
        </button>
      </span>
    </li>
  );
}

function OwnTurn({ turn, view }: TurnProps) {
  const last = turn.bubbles.at(-1);
  return (
    <li class="turn turn--own">
      <div class="turn__messages">
        <span class="visually-hidden">{roomTexts.ownTurn}</span>
        <Bubbles turn={turn} view={view} />
        {last?.type === 'message' && (
          <p class="turn__time">
            <SentAt bubble={last} />
          </p>
        )}
      </div>
    </li>
  );
}

function Bubbles({ turn, view }: TurnProps) {
  const draw = (bubble: Bubble, index: number) => (
    <MessageBubble
      key={bubble.type === 'message' ? bubble.message.key : bubble.outgoing.key}
      bubble={bubble}
      view={view}
      speaker={index === 0 ? 'head' : turn.person}
    />
  );
  return <>{filesPart.loaded.value?.drawGrids(turn.bubbles, draw) ?? turn.bubbles.map(draw)}</>;
}
