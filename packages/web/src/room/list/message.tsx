// One bubble of a turn: a message of the log, or one of one's own on its way there.

import type { Message, Outgoing } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { momentOf } from '../../ui/clock-time.ts';
import type { TextPart } from '../text/linkify.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Bubble } from '../model/stream.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import { BubbleText } from './bubble-text.tsx';
import { Icon } from '../../ui/icon.tsx';

type MessageProps = {
  readonly bubble: Bubble;
  readonly view: RoomView;
  /** Stands before the bubble. */
  readonly children: ComponentChildren;
};

/** The same element before and after the echo: the state below it changes, the bubble stays. */
export function MessageBubble({ bubble, view, children }: MessageProps) {
  const { key, text } = bubble.type === 'message' ? bubble.message : bubble.outgoing;
  return (
    <div class={`message ${classOf(bubble)}`}>
      {children}
      <BubbleText parts={text === undefined ? undefined : view.texts.partsOf(key, text)} view={view} />
      {bubble.type === 'message' ? (
        <Marks message={bubble.message} />
      ) : (
        <SendState outgoing={bubble.outgoing} view={view} />
      )}
    </div>
  );
}

/** One's own that was logged, and is not in the history any more. */
export function TrimmedMessage({
  parts,
  view,
}: {
  readonly parts: readonly TextPart[];
  readonly view: RoomView;
}) {
  return (
    <div class="message">
      <BubbleText parts={parts} view={view} />
      <p class="send-state">
        <Icon name="clock" />
        {roomTexts.trimmed}
      </p>
    </div>
  );
}

function classOf(bubble: Bubble): string {
  if (bubble.type === 'message') return '';
  return bubble.outgoing.state === 'failed' ? 'message--failed' : 'message--pending';
}

function Marks({ message }: { readonly message: Message }) {
  const { at, late, conflicting } = message;
  return (
    <>
      {late && (
        <p class="send-state">
          <Icon name="clock" />
          {roomTexts.late(momentOf(at))}
        </p>
      )}
      {conflicting && (
        <p class="send-state send-state--bad">
          <span>
            <Icon name="alert" />
            <span>{conflictOf(message)}</span>
          </span>
        </p>
      )}
    </>
  );
}

function conflictOf({ own, from }: Message) {
  if (own) return roomTexts.conflictingOwn;
  return pieces(roomTexts.conflicting, { name: <bdi dir="auto">{shownName(from.name)}</bdi> });
}

type SendStateProps = { readonly outgoing: Outgoing; readonly view: RoomView };

function SendState({ outgoing, view }: SendStateProps) {
  if (outgoing.state === 'failed') return <Failed outgoing={outgoing} view={view} />;
  if (outgoing.state === 'slowed') return <Slowed outgoing={outgoing} view={view} />;
  return (
    <p class={outgoing.state === 'sending' ? 'send-state send-state--delayed' : 'send-state'}>
      <Icon name="clock" />
      {roomTexts.onItsWay[outgoing.state]}
    </p>
  );
}

/** The words stand once, at the message that is next. */
function Slowed({ outgoing: { why, until }, view }: SendStateProps) {
  const next = why !== undefined && until !== undefined;
  return (
    <p class="send-state">
      <Icon name="clock" />
      {next ? roomTexts.slowed(why, view.timeUntil(until)) : roomTexts.queued}
    </p>
  );
}

function Failed({ outgoing: { key, why }, view }: SendStateProps) {
  return (
    <div class="send-state send-state--bad">
      <span role="alert">
        <Icon name="alert" />
        {roomTexts.failed} {why !== undefined && roomTexts.why(why)}
      </span>
      <span>
        <button class="link-button" type="button" onClick={() => view.retry(key)}>
          {roomTexts.retry}
        </button>
        <button class="link-button" type="button" onClick={() => view.discard(key)}>
          {roomTexts.delete}
        </button>
      </span>
    </div>
  );
}
