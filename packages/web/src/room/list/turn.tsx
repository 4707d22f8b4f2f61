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
  const shown = isUnfolded || !view.isMuted(person) ? turn : unfoldedIn(turn, view);
  const folded = turn.bubbles.length - shown.bubbles.length;
  const rest = folded > 0 && (
    <Folded count={folded} view={view} person={person} onUnfold={() => setUnfolded(true)} />
  );
  if (shown.bubbles.length === 0)
    return (
      <li class="notice" aria-live="off">
        {rest}
      </li>
    );
  return (
    <li class="turn" data-hue={view.people.hueOf(person)}>
      <Avatar person={person} people={view.people} />
      <div class="turn__messages">
        <p class="turn__head">
          <AuthorName person={person} people={view.people} />
          <SentAt bubble={timedBubble(shown.bubbles)} />
        </p>
        <Bubbles turn={shown} view={view} />
        {rest && <p class="notice">{rest}</p>}
      </div>
    </li>
  );
}

/** Only what the reader went to. */
function unfoldedIn(turn: Turn, { unfolded }: RoomView): Turn {
  const { value: keys } = unfolded;
  return {
    ...turn,
    bubbles: turn.bubbles.filter((one) => one.type === 'message' && keys.has(one.message.key)),
  };
}

type FoldedProps = {
  readonly count: number;
  readonly view: RoomView;
  readonly person: Person;
  readonly onUnfold: () => void;
};

/** Messages of someone who is muted: nothing of them is read out. */
function Folded({ count, view, person, onUnfold }: FoldedProps) {
  const name = <AuthorName person={person} people={view.people} />;
  return (
    <span>
      {pieces(formFor(count, roomTexts.folded), { name, count: figure(count) })}{' '}
      <button class="link-button" type="button" onClick={onUnfold}>
        {roomTexts.unfold}
      </button>
    </span>
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
