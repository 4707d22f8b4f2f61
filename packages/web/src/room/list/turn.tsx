// What one person wrote in one go.

import { Component } from 'preact';
import { clockTime } from '../../ui/clock-time.ts';
import type { RoomView } from '../model/room-view.ts';
import { type Bubble, type Turn, timedBubble } from '../model/stream.ts';
import { roomTexts } from '../../words/room.ts';
import { AuthorName, Avatar, hueOf } from './author-name.tsx';
import { MessageBubble } from './message.tsx';

type TurnProps = { readonly turn: Turn; readonly view: RoomView };

/** Draws again only when its turn is another object: thousands of them stand in a full room. */
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
  const { person, tagged } = turn;
  if (person === undefined) return null;
  return (
    <li class="turn" data-hue={hueOf(person)}>
      <Avatar person={person} />
      <div class="turn__messages">
        <p class="turn__head">
          <AuthorName person={person} tagged={tagged} />
          <SentAt bubble={timedBubble(turn.bubbles)} />
        </p>
        <Bubbles turn={turn} view={view} />
      </div>
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
  return turn.bubbles.map((bubble, index) => (
    <MessageBubble
      key={bubble.type === 'message' ? bubble.message.key : bubble.outgoing.key}
      bubble={bubble}
      view={view}
    >
      {index > 0 && <Speaker turn={turn} />}
    </MessageBubble>
  ));
}

/** A screen reader announces what is new by itself, without the head of its turn. */
function Speaker({ turn: { person, tagged } }: Pick<TurnProps, 'turn'>) {
  return (
    <span class="visually-hidden">
      {person === undefined ? roomTexts.ownTurn : <AuthorName person={person} tagged={tagged} />}
    </span>
  );
}

function SentAt({ bubble }: { readonly bubble: Bubble | undefined }) {
  if (bubble?.type !== 'message' || bubble.message.late) return null;
  const { at, clockOff } = bubble.message;
  return (
    <time dateTime={new Date(at).toISOString()} title={clockOff ? roomTexts.clockOff : undefined}>
      {clockOff && '~'}
      {clockTime(at)}
    </time>
  );
}
